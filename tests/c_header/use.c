/* Compiles only if the exported header agrees with values worked out by hand from the facts
 * (core.md 2.1, 2.4, 2.16, 3.1, 4.1). */
#include "amdvi_regs.h"

#define HOLDS(name, condition) typedef char holds_##name[(condition) ? 1 : -1]

HOLDS(event_tail, AMDVI_EVENT_LOG_TAIL_OFFSET == 0x2018);
HOLDS(status, AMDVI_STATUS_OFFSET == 0x2020);
HOLDS(cmd_buf_en, AMDVI_CONTROL_CMD_BUF_EN_MASK == UINT64_C(1) << 12);
HOLDS(dev_tbl_seg_en, AMDVI_CONTROL_DEV_TBL_SEG_EN_SHIFT == 34);
HOLDS(dte_domain_word, AMDVI_DEVICE_TABLE_ENTRY_DOMAIN_ID_WORD == 1);
HOLDS(dte_domain_mask, AMDVI_DEVICE_TABLE_ENTRY_DOMAIN_ID_MASK == UINT64_C(0xFFFF));
HOLDS(dte_gcr3_low, AMDVI_DEVICE_TABLE_ENTRY_GCR3_TRP_P0_SHIFT == 58);
HOLDS(dte_gcr3_high, AMDVI_DEVICE_TABLE_ENTRY_GCR3_TRP_P2_VALUE_LSB == 19);
HOLDS(page_fault, AMDVI_IO_PAGE_FAULT_CODE == 2);

int amdvi_header_compiles(void);
int amdvi_header_compiles(void) { return 0; }
