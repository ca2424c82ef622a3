/* Compiles only if amdvi_driver.h needs nothing else, and its errors are those of Linux. */
#include <amdvi_driver.h>

#define HOLDS(name, condition) typedef char holds_##name[(condition) ? 1 : -1]

HOLDS(abi, AMDVI_DRIVER_ABI == 1);
HOLDS(no_space, AMDVI_ENOSPC == 28);
HOLDS(busy, AMDVI_EBUSY == 16);
HOLDS(overflow, AMDVI_EOVERFLOW == 75);
HOLDS(not_supported, AMDVI_EOPNOTSUPP == 95);

static const struct amdvi_driver_table kTable = {
    sizeof(struct amdvi_driver_table), AMDVI_DRIVER_ABI, "nothing", 0, 0, 0, 0, 0};

const struct amdvi_driver_table *amdvi_driver_entry(uint32_t abi) {
  return abi == AMDVI_DRIVER_ABI ? &kTable : 0;
}
