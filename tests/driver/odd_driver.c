/* A driver that speaks another version of the ABI, which it says in its table only. */
#include <amdvi_driver.h>

static const struct amdvi_driver_table kTable = {
    sizeof(struct amdvi_driver_table), AMDVI_DRIVER_ABI + 41, "odd", 0, 0, 0, 0, 0};

const struct amdvi_driver_table *amdvi_driver_entry(uint32_t abi) {
  (void)abi;
  return &kTable;
}
