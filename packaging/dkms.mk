# SPDX-License-Identifier: GPL-2.0-only
#
# Builds gantry.ko in the current folder as DKMS asks for it.
#
#   make -f packaging/dkms.mk [KERNELRELEASE=...] [KDIR=...]
#
# The kernel's makefiles choose the compiler. KERNEL_CC, which DKMS sets, is the
# one that the kernel was built with, where a distribution has several.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build

.PHONY: modules
modules:
	headers=$$(packaging/btf-headers "$(KDIR)" "$(KERNELRELEASE)" btf) && \
	$(MAKE) -C "$$headers" $$([ "$$headers" = "$(KDIR)" ] || echo "O=$$headers") \
		M="$(CURDIR)" $(if $(KERNEL_CC),CC=$(KERNEL_CC)) modules
