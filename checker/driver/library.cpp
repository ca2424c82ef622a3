#include "checker/driver/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace amdvi::driver {
namespace {

constexpr const char* kEntry = "amdvi_driver_entry";

std::string wrong_with(const amdvi_driver_table* table) {
  if (table == nullptr)
    return fmt::format("does not speak version {} of the ABI", +AMDVI_DRIVER_ABI);
  if (table->size < sizeof(amdvi_driver_table)) {
    return fmt::format("its table has {} bytes where version {} of the ABI has {}", table->size,
                       +AMDVI_DRIVER_ABI, sizeof(amdvi_driver_table));
  }
  if (table->abi != AMDVI_DRIVER_ABI) {
    return fmt::format("speaks version {} of the ABI, not {}", table->abi, +AMDVI_DRIVER_ABI);
  }
  if (table->open == nullptr || table->close == nullptr) return "cannot be opened or closed";
  if (table->operations == nullptr && table->operation_count != 0) return "its operations are null";
  return {};
}

}  // namespace

void Library::Close::operator()(void* handle) const { dlclose(handle); }

tl::expected<Library, std::string> Library::open(const std::string& path) {
  // Without a slash the name would be looked up among the system's libraries.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  Library library;
  library.handle_.reset(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library.handle_) return tl::unexpected(std::string(dlerror()));
  void* symbol = dlsym(library.handle_.get(), kEntry);
  if (symbol == nullptr) return tl::unexpected(fmt::format("{}: exports no {}", path, kEntry));
  const auto entry = reinterpret_cast<amdvi_driver_entry_fn>(symbol);  // NOLINT: what dlsym is for
  library.table_ = entry(AMDVI_DRIVER_ABI);
  if (const auto wrong = wrong_with(library.table_); !wrong.empty()) {
    return tl::unexpected(fmt::format("{}: {}", path, wrong));
  }
  return library;
}

std::string Library::name() const {
  std::string text = table_->name != nullptr ? table_->name : "a driver without a name";
  if (table_->version != nullptr) text += fmt::format(" {}", table_->version);
  return text;
}

amdvi_operation_fn Library::find(std::string_view operation) const {
  for (std::uint32_t i = 0; i < table_->operation_count; ++i) {
    const amdvi_operation& offered = table_->operations[i];
    if (offered.name != nullptr && offered.name == operation) return offered.call;
  }
  return nullptr;
}

}  // namespace amdvi::driver
