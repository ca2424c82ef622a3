/* The C ABI that a driver's code is put behind, so that `amdvi run --driver ./lib.so` can judge it.
 *
 * A driver is a shared object that exports one function, amdvi_driver_entry. It returns a table:
 * how to open and close an instance, and which operations there are, each by its name in the
 * specification ("trans_devid_pool.reserve"; `amdvi spec list operations`). What is not in the
 * table is not offered, and vectors that need it are skipped and counted.
 *
 * An instance shows all that it does to the hardware through the callbacks it was opened with.
 * It is used by one thread at a time and must keep nothing outside of itself. No call may throw,
 * exit or longjmp. Nothing that one side has allocated is freed by the other, but for what
 * mem_alloc gave and mem_free gets back.
 *
 * Every structure starts with its size, so that later versions can add to its end: check that
 * `size` covers what you read, and set it to sizeof what you fill. */
#ifndef AMDVI_DRIVER_H
#define AMDVI_DRIVER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Another number means another, incompatible ABI. */
enum { AMDVI_DRIVER_ABI = 1 };

/* Operations and callbacks answer 0, or one of these negated. The numbers are those of Linux. */
enum amdvi_errno {
  AMDVI_ENOENT = 2,      /* there is no such thing */
  AMDVI_ENOMEM = 12,     /* no memory, or a step that was told to fail */
  AMDVI_EBUSY = 16,      /* somebody else has it */
  AMDVI_EEXIST = 17,     /* it is there already */
  AMDVI_ENODEV = 19,     /* hardware that is needed is not there */
  AMDVI_EINVAL = 22,     /* a request that makes no sense now */
  AMDVI_ENOSPC = 28,     /* an ID space is exhausted */
  AMDVI_EOVERFLOW = 75,  /* a counter is at its end */
  AMDVI_EOPNOTSUPP = 95  /* the host cannot do that */
};

/* Windows of registers. Offsets in AMDVI_VF and AMDVI_VFCTRL are from the base of the window: those
 * of a guest start at GuestID * 4096 and at GuestID * 64. */
enum amdvi_window { AMDVI_HOST_MMIO = 0, AMDVI_VF = 1, AMDVI_VFCTRL = 2 };

/* The hardware and what a kernel has around it. `user` comes first in every call. `iommu` counts
 * from 0; most vectors have one. No pointer is null. */
struct amdvi_hardware {
  uint32_t size;
  void *user;

  /* Registers, 8 bytes at a time. */
  uint64_t (*mmio_read)(void *user, uint32_t iommu, enum amdvi_window window, uint64_t offset);
  void (*mmio_write)(void *user, uint32_t iommu, enum amdvi_window window, uint64_t offset,
                     uint64_t value);

  /* A command of 16 bytes into the command buffer: 0, or -AMDVI_EBUSY if there is no room. */
  int (*submit)(void *user, uint32_t iommu, const uint32_t command[4]);
  /* COMPLETION_WAIT, and waiting until its store is seen. */
  int (*wait)(void *user, uint32_t iommu);

  /* Stores the 32 bytes of a device table entry so that hardware sees the old or the new one. */
  void (*dte_store)(void *user, uint32_t iommu, uint16_t device, const uint64_t dte[4]);

  /* Memory in whole pages, zeroed. `spa` is its system physical address. */
  int (*mem_alloc)(void *user, uint64_t bytes, uint64_t *spa);
  void (*mem_free)(void *user, uint64_t spa);
  /* 1: uncached; 0: write-back again. */
  int (*mem_uncached)(void *user, uint64_t spa, int on);

  /* The host's page tables, by the address of their root; readable and writable. They do not
   * invalidate anything. */
  int (*table_map)(void *user, uint64_t root, uint64_t address, uint64_t spa, uint64_t bytes);
  void (*table_unmap)(void *user, uint64_t root, uint64_t address, uint64_t bytes);

  /* 1: user space may map these pages of registers; 0: it no longer can. */
  int (*user_mapping)(void *user, uint64_t spa, uint64_t bytes, int on);

  /* Configuration space of the IOMMU function, 4 bytes at a time. */
  uint32_t (*pci_read)(void *user, uint32_t iommu, uint32_t offset);
  /* 1: these registers are mapped for the driver; 0: they no longer are. */
  int (*kernel_mapping)(void *user, uint32_t iommu, uint64_t spa, uint64_t bytes, int on);
};

struct amdvi_parameter {
  const char *name;
  uint64_t value;
};

/* What an instance is opened for. */
struct amdvi_setup {
  uint32_t size;
  const char *capability; /* whose operations are going to be called: "trans_devid_pool" */
  const char *options;    /* what --driver-options said; never null */
  const struct amdvi_hardware *hardware;
  /* Parameters of the capability ("last_bdf"), and where things are:
   *   parent_domain, parent_root, parent_mode    the table from guest to system addresses
   *   private_domain, private_root, private_mode the table of private addresses
   *   vf_base                                    system address of the VF window
   *   own_device                                 device ID of the IOMMU itself
   * These are those of IOMMU 0. IOMMU i has private_domain - i, private_root + i * 4096 and
   * own_device + i. */
  const struct amdvi_parameter *parameters;
  uint32_t parameter_count;
};

/* Yours. */
struct amdvi_driver;

/* Arguments in the order of the specification, one word each. `*result` is 0 on entry. */
typedef int (*amdvi_operation_fn)(struct amdvi_driver *driver, const uint64_t *args,
                                  uint64_t *result);

struct amdvi_operation {
  const char *name;
  amdvi_operation_fn call; /* null: not offered */
};

struct amdvi_driver_table {
  uint32_t size;
  uint32_t abi;        /* AMDVI_DRIVER_ABI */
  const char *name;    /* for reports */
  const char *version; /* for reports; may be null */
  /* 0 and an instance, or a negative errno. -AMDVI_EOPNOTSUPP: not for this capability; its
   * vectors are skipped. */
  int (*open)(const struct amdvi_setup *setup, struct amdvi_driver **driver);
  void (*close)(struct amdvi_driver *driver);
  const struct amdvi_operation *operations;
  uint32_t operation_count;
};

/* The one thing that a driver exports. `abi` is what the caller speaks; null if you do not. */
const struct amdvi_driver_table *amdvi_driver_entry(uint32_t abi);
typedef const struct amdvi_driver_table *(*amdvi_driver_entry_fn)(uint32_t abi);

#ifdef __cplusplus
}
#endif

#endif
