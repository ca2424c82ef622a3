#include "checker/dut/model_adapter.hpp"

#include "checker/dut/basic_model_adapter.hpp"

namespace amdvi::dut {

std::unique_ptr<Adapter> make_model_adapter(const Config& config) {
  return std::make_unique<BasicModelAdapter<Concrete>>(config);
}

}  // namespace amdvi::dut
