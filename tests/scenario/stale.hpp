// What an IOMMU may still have cached although memory says something else: until it was invalidated
// and somebody waited. A device that caches as long as it may (core 4, viommu.md 7).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <amdvi/host/observe_host.hpp>
#include <amdvi/observer.hpp>

namespace amdvi::scenario {

class StaleCopies : public Observer {
 public:
  void overwritten(std::uint16_t device, const host::Entry& old);
  void unmapped(const host::Stale& what);

  // A command of the host is carried out.
  void command(std::span<const std::uint64_t> words) override;

  [[nodiscard]] std::vector<host::Entry> entries(std::uint16_t device) const;
  [[nodiscard]] std::vector<host::Stale> translations() const;

 private:
  // `sent`: an invalidation was carried out that nobody has waited for.
  template <class T>
  struct Copy {
    T what;
    bool sent = false;
  };

  void drop_sent();

  std::map<std::uint16_t, std::vector<Copy<host::Entry>>> entries_;
  std::vector<Copy<host::Stale>> translations_;
};

}  // namespace amdvi::scenario
