#include "checker/prove/machine_terms.hpp"

#include <amdvi/spec/machines.gen.hpp>

namespace amdvi::prove {
namespace {

struct Collect {
  std::vector<MachineTerms>& all;
  template <template <class> class M>
  void operator()() {
    all.push_back(machine_terms<M>());
  }
};

}  // namespace

std::vector<MachineTerms> all_machine_terms() {
  std::vector<MachineTerms> all;
  spec::for_each_machine(Collect{all});
  return all;
}

std::vector<MachineTerms> all_mistake_terms() {
  std::vector<MachineTerms> all;
  spec::for_each_mistake(Collect{all});
  return all;
}

}  // namespace amdvi::prove
