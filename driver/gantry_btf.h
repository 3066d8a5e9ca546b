/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRY_BTF_H
#define GANTRY_BTF_H

void gantry_btf_check(void);

#endif /* GANTRY_BTF_H */
