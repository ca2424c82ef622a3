/* A consumer of the exported known answers that knows nothing of the project: layouts and functions of
 * the hardware vIOMMU typed by hand (viommu.md 3, 4, 6, 7, 8). With BROKEN defined it has one of the
 * mistakes that a driver could make, and must be told so. */
#include "amdvi_kats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#ifndef BROKEN
#define BROKEN 0
#endif

struct field {
  const char *layout, *name;
  unsigned low, width; /* bit of the whole structure */
};

static const struct field fields[] = {
    {"VfctrlDevIdMapControl", "Write", 63, 1},
    {"VfctrlDevIdMapControl", "GDeviceID", 46, 16},
    {"VfctrlDevIdMapControl", "HDeviceID", 14, 16},
    {"VfctrlDevIdMapControl", "Valid", 0, 1},
    {"VfctrlDomIdMapControl", "Write", 63, 1},
    {"VfctrlDomIdMapControl", "GDomainID", 46, 16},
    {"VfctrlDomIdMapControl", "HDomainID", 14, 16},
    {"VfctrlDomIdMapControl", "Valid", 0, 1},
    {"VfctrlMiscControl", "TransDevID", 16, 16},
    {"VfctrlEventLogBBase", "EventBaseB", 12, 40},
    {"VfctrlPprLogBBase", "PprBaseB", 12, 40},
    {"VfctrlCommandControl", "ComBase", 12, 40},
    {"VfctrlCommandControl", "ComWaitIntEn", 9, 1},
    {"VfctrlCommandControl", "CmdBufEn", 8, 1},
    {"VfctrlCommandControl", "ComLen", 0, 4},
    {"VfctrlEventControl", "EventBase", 12, 40},
    {"VfctrlEventControl", "DualEventLogEn", 10, 2},
    {"VfctrlEventControl", "EventIntEn", 9, 1},
    {"VfctrlEventControl", "EventLogEn", 8, 1},
    {"VfctrlEventControl", "EventLenB", 4, 4},
    {"VfctrlEventControl", "EventLen", 0, 4},
    {"VfctrlPprControl", "PprBase", BROKEN == 1 ? 12 : 16, 40}, /* not moved up */
    {"VfctrlPprControl", "PprAutoRspAlwaysOn", 15, 1},
    {"VfctrlPprControl", "BlkStopMrkEn", 14, 1},
    {"VfctrlPprControl", "PprAutoRspEn", 13, 1},
    {"VfctrlPprControl", "DualPprLogEn", 11, 2},
    {"VfctrlPprControl", "PPREn", 10, 1},
    {"VfctrlPprControl", "PPRIntEn", 9, 1},
    {"VfctrlPprControl", "PPRLogEn", 8, 1},
    {"VfctrlPprControl", "PprLenB", 4, 4},
    {"VfctrlPprControl", "PprLen", 0, 4},
    {"RESET_VMMIO", "GuestID", 0, 16},
    {"RESET_VMMIO", "All", 28, 1},
    {"RESET_VMMIO", "vCmd", 31, 1},
    {"RESET_VMMIO", "opcode", 60, 4},
    {"INSERT_GUEST_EVENT", "GuestID", 32, 16},
    {"INSERT_GUEST_EVENT", "opcode", 60, 4},
    {"INVALIDATE_IOMMU_PAGES", "PASID", 0, 20},
    {"INVALIDATE_IOMMU_PAGES", "DomainID", 32, 16},
    {"INVALIDATE_IOMMU_PAGES", "opcode", 60, 4},
    {"INVALIDATE_IOMMU_PAGES", "S", 64, 1},
    {"INVALIDATE_IOMMU_PAGES", "PDE", 65, 1},
    {"INVALIDATE_IOMMU_PAGES", "GN", 66, 1},
    {"INVALIDATE_IOMMU_PAGES", "Address", 76, 52},
    {"GUEST_EVENT_FAULT", "GuestID", 32, 16},
    {"GUEST_EVENT_FAULT", "Flags", 48, 12},
    {"GUEST_EVENT_FAULT", "vEvent", BROKEN == 2 ? 25 : 29, 1}, /* the mask of bits 27:23 */
    {"GUEST_EVENT_FAULT", "vPtr", 30, 1},
    {"GUEST_EVENT_FAULT", "vCmd", 31, 1},
    {"GUEST_EVENT_FAULT", "EventCode", 60, 4},
    {"VIOMMU_HARDWARE_ERROR", "GuestID", 0, 16},
    {"VIOMMU_HARDWARE_ERROR", "Src", 16, 2},
    {"VIOMMU_HARDWARE_ERROR", "vCmd", 31, 1},
    {"VIOMMU_HARDWARE_ERROR", "EventCode", 60, 4},
    {"DeviceTableEntry", "vImuEn", 192 + 15, 1},
    {"DeviceTableEntry", "GDeviceID", 192 + 16, 16},
    {"DeviceTableEntry", "GuestID", 192 + 32, 16},
    {"DeviceTableEntry", "GuestPagingMode", 128 + 54, 2},
};

static unsigned failed, ran;

static void expect(const struct amdvi_kat_set *set, const struct amdvi_kat *test, uint64_t got,
                   uint64_t wanted) {
  ++ran;
  if (got == wanted) return;
  if (failed++ == 0) {
    printf("%s kat-%016" PRIx64 ": %#" PRIx64 " instead of %#" PRIx64 "\n", set->name, test->id, got,
           wanted);
  }
}

static uint64_t low_bits(unsigned width) {
  return width == 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1;
}

static unsigned index_of(const struct amdvi_kat_set *set, const char *name) {
  unsigned i;
  for (i = 0; i < set->input_count; ++i) {
    if (strcmp(set->inputs[i].name, name) == 0) return i;
  }
  printf("%s has no %s\n", set->name, name);
  ++failed;
  return 0;
}

/* Whether it has a field that the newest revision no longer has, at bits that have another one. */
static int is_old(const struct amdvi_kat_set *set, const struct amdvi_kat *test) {
  unsigned i;
  for (i = 0; i < test->input_count; ++i) {
    if (set->inputs[test->inputs[i].field].until[0] != '\0') return 1;
  }
  return 0;
}

/* Both ways: the field out of the words, and the field's bits of the words out of the field. */
static void run_layout(const struct amdvi_kat_set *set) {
  unsigned i, t;
  for (i = 0; i < sizeof fields / sizeof fields[0]; ++i) {
    const struct field *f = &fields[i];
    unsigned input, word = f->low / 64, shift = f->low % 64;
    if (strcmp(f->layout, set->name) != 0) continue;
    input = index_of(set, f->name);
    for (t = 0; t < set->test_count; ++t) {
      const struct amdvi_kat *test = &set->tests[t];
      const uint64_t value = amdvi_kat_value(test, input);
      if (is_old(set, test)) continue;
      expect(set, test, test->outputs[word] >> shift & low_bits(f->width), value);
      expect(set, test, value << shift, test->outputs[word] & low_bits(f->width) << shift);
    }
  }
}

static uint64_t slice(uint64_t region, uint64_t gid) {
  static const uint64_t bases[] = {UINT64_C(0x2000000000), UINT64_C(0x2800000000),
                                   UINT64_C(0x3000000000), UINT64_C(0x3800000000),
                                   UINT64_C(0x4000000000), UINT64_C(0x4800000000)};
  if (region == 0) return gid * 64;
  if (region == 1) return UINT64_C(0x1000000000) + gid * 0x100000;
  return bases[region - 2] + gid * (BROKEN == 3 ? 0x100000 : 0x80000);
}

/* The address bits below the highest that differs in the range are 1, that one is 0. */
static uint64_t flush(uint64_t base, uint64_t size) {
  return (base & ~low_bits(12)) | ((size / 2 - 1) & ~low_bits(12)) | 3;
}

static void run_function(const struct amdvi_kat_set *set) {
  unsigned t;
  for (t = 0; t < set->test_count; ++t) {
    const struct amdvi_kat *test = &set->tests[t];
    const uint64_t a = amdvi_kat_value(test, 0);
    const uint64_t b = set->input_count > 1 ? amdvi_kat_value(test, 1) : 0;
    uint64_t got;
    if (strcmp(set->name, "private_slice") == 0) {
      got = slice(a, b);
    } else if (strcmp(set->name, "private_slice_size") == 0) {
      got = a == 0 ? 64 : a == 1 ? 0x100000 : 0x80000;
    } else if (strcmp(set->name, "vf_page") == 0) {
      got = a + b * 4096;
    } else if (strcmp(set->name, "vfctrl_words") == 0) {
      got = a + b * 64;
    } else if (strcmp(set->name, "private_flush_operand") == 0) {
      got = flush(a, b);
    } else {
      return;
    }
    expect(set, test, got, test->outputs[0]);
  }
}

/* Errno of the checks in their order (viommu.md 6.2). */
static void run_guest_dte(const struct amdvi_kat_set *set) {
  const unsigned v = index_of(set, "gdte.V"), mode = index_of(set, "gdte.Mode");
  const unsigned root = index_of(set, "gdte.HostPTRoot"), gv = index_of(set, "gdte.GV");
  const unsigned glx = index_of(set, "gdte.GLX"), gcr3 = index_of(set, "gdte.GCR3TRP");
  const unsigned paging = index_of(set, "gdte.GuestPagingMode");
  const unsigned domain = index_of(set, "gdte.DomainID"), gats = index_of(set, "cap.EFR.GATS");
  unsigned t;
  for (t = 0; t < set->test_count; ++t) {
    const struct amdvi_kat *test = &set->tests[t];
    const uint64_t p = amdvi_kat_value(test, paging);
    uint64_t error = 0;
    if (p == 1 && amdvi_kat_value(test, gats) == 0) error = 95;
    if (amdvi_kat_value(test, glx) == 3 || p > 1) error = 22;
    if (amdvi_kat_value(test, v) && amdvi_kat_value(test, gv) && !amdvi_kat_value(test, gcr3)) {
      error = 22;
    }
    if (amdvi_kat_value(test, mode) || amdvi_kat_value(test, root)) error = 22;
    expect(set, test, error, test->outputs[0]);
    expect(set, test, error ? 0 : amdvi_kat_value(test, domain), test->outputs[1]);
  }
}

int main(void) {
  unsigned i;
  for (i = 0; i < AMDVI_KAT_SETS; ++i) {
    const struct amdvi_kat_set *set = &amdvi_kat_sets[i];
    if (set->kind == AMDVI_KAT_LAYOUT) run_layout(set);
    if (set->kind == AMDVI_KAT_FUNCTION) run_function(set);
    if (strcmp(set->name, "guest_dte_validation") == 0) run_guest_dte(set);
  }
  printf("%u answers compared, %u wrong\n", ran, failed);
  return failed == 0 && ran > 5000 ? 0 : 1;
}
