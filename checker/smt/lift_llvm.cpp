#include "checker/smt/lift_llvm.hpp"

#include <stdexcept>
#include <utility>

#include "checker/smt/llvm_ir.hpp"
#include "checker/smt/llvm_lifter.hpp"

namespace amdvi::smt {

struct LlvmModule::Impl {
  ir::Source source;
};

LlvmModule::LlvmModule(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LlvmModule::~LlvmModule() = default;
LlvmModule::LlvmModule(LlvmModule&&) noexcept = default;
LlvmModule& LlvmModule::operator=(LlvmModule&&) noexcept = default;

LlvmModule LlvmModule::parse(std::string_view text) {
  auto impl = std::make_unique<Impl>();
  impl->source = ir::split(text);
  return LlvmModule(std::move(impl));
}

Lifted LlvmModule::lift(const Context& context, const std::string& function,
                        std::span<const Term> arguments) const {
  try {
    ir::Lifter lifter(context, impl_->source, function);
    return lifter.run(arguments);
  } catch (const std::out_of_range&) {
    throw Error("IR: malformed: an operand is missing in '" + function + "'");
  }
}

}  // namespace amdvi::smt
