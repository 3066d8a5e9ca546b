// SPDX-License-Identifier: GPL-2.0-only
/*
 * Type information (BTF) of the module itself. It is made when the module is
 * built, and only where that build finds the kernel's: see packaging/btf-headers.
 */
#include <linux/module.h>
#include <linux/printk.h>

#include "gantry_btf.h"

/*
 * Without BTF everything that BPF would do here fails where nobody looks: types
 * of the module's own silently do not exist. So say it once, where they look.
 */
void gantry_btf_check(void)
{
#ifdef CONFIG_DEBUG_INFO_BTF_MODULES
	if (THIS_MODULE->btf_data_size)
		return;
#endif
	pr_notice("gantry: built without BTF: BPF programs cannot attach to its functions or set its policy, all else works; to have it, install pahole and build again for the running kernel\n");
}
