/* The pool of foreign_pool.h as host domain IDs, behind amdvi_driver.h. */
#include <amdvi_driver.h>
#include <stdlib.h>
#include <string.h>

#include "foreign_pool.h"

struct amdvi_driver {
  struct id_pool *pool;
};

/* host_domain_ids.alloc: no arguments, the result is the ID. */
static int do_alloc(struct amdvi_driver *driver, const uint64_t *args, uint64_t *result) {
  int id = id_pool_get(driver->pool);
  (void)args;
  if (id < 0) return -AMDVI_ENOSPC;
  *result = (uint64_t)id;
  return 0;
}

/* host_domain_ids.reserve(id) */
static int do_reserve(struct amdvi_driver *driver, const uint64_t *args, uint64_t *result) {
  (void)result;
  if (args[0] == 0) return -AMDVI_EINVAL;
  return id_pool_claim(driver->pool, (int)args[0]) == 0 ? 0 : -AMDVI_ENOSPC;
}

/* host_domain_ids.free(id) */
static int do_free(struct amdvi_driver *driver, const uint64_t *args, uint64_t *result) {
  (void)result;
  return id_pool_put(driver->pool, (int)args[0]) == 0 ? 0 : -AMDVI_EINVAL;
}

static int do_open(const struct amdvi_setup *setup, struct amdvi_driver **driver) {
  if (strcmp(setup->capability, "host_domain_ids") != 0) return -AMDVI_EOPNOTSUPP;
  *driver = malloc(sizeof **driver);
  if (!*driver) return -AMDVI_ENOMEM;
  (*driver)->pool = id_pool_create(1, 65535);
  if ((*driver)->pool) return 0;
  free(*driver);
  return -AMDVI_ENOMEM;
}

static void do_close(struct amdvi_driver *driver) {
  id_pool_destroy(driver->pool);
  free(driver);
}

static const struct amdvi_operation operations[] = {
    {"host_domain_ids.alloc", do_alloc},
    {"host_domain_ids.reserve", do_reserve},
    {"host_domain_ids.free", do_free},
};

static const struct amdvi_driver_table table = {
    sizeof(struct amdvi_driver_table), AMDVI_DRIVER_ABI, "foreign pool", "1", do_open, do_close,
    operations, sizeof operations / sizeof operations[0]};

const struct amdvi_driver_table *amdvi_driver_entry(uint32_t abi) {
  return abi == AMDVI_DRIVER_ABI ? &table : 0;
}
