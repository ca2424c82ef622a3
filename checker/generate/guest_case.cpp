#include "checker/generate/guest_case.hpp"

#include <fmt/format.h>

namespace amdvi::generate {

std::string in_words(const GuestAccess& a) {
  return fmt::format("{}{}{}", a.privileged ? "privileged " : "user ",
                     a.is_write ? "write"
                     : a.exec   ? "execute"
                                : "read",
                     a.pasid ? "" : " without a PASID");
}

GuestCase::GuestCase(const profile::Profile& profile, GuestShape shape, std::uint64_t address)
    : scene(profile),
      va(address != 0 ? address : scene.identity() + kInPage),
      tables(scene, shape, va) {}

void GuestCase::go(const std::vector<std::uint64_t>& dte,
                   const std::vector<std::uint64_t>& control) {
  scene.program_registers();
  scene.set_dte(dte);
  scene.write("Control", control[0]);
  scene.invalidate();
  scene.start();
}

void GuestCase::act(const GuestAccess& access) {
  if (access.pasid) {
    scene.use_pasid({true, tables.shape().pasid, access.exec, access.privileged});
  }
  if (access.is_write) {
    scene.dma_write(va);
  } else {
    scene.dma_read(va);
  }
}

void GuestCase::ask(Collection& out, const GuestAccess& access, Question question) {
  act(access);
  scene.look_at_pages();
  scene.events();
  hand_over(out, access, std::move(question));
}

void GuestCase::hand_over(Collection& out, const GuestAccess& access, Question question) {
  if (access.pasid) question.requires_.emplace_back("engine.pasid");
  out.add(std::move(scene), std::move(question));
}

}  // namespace amdvi::generate
