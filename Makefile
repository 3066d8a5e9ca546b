# SPDX-License-Identifier: GPL-2.0-only
#
# The two commands are `make demo` and `make check`; `make help` has the rest.
# Everything happens in tests/lab; kbuild reads Kbuild, not this file.

.PHONY: help demo check check-style check-lab check-unit check-emu check-nouveau check-bench \
	check-guest check-debug check-fuzz check-dkms bench fuzz shell build clean install dkms-install uninstall

help:
	@tests/lab/help

demo:
	@tests/lab/demo

check:
	@tests/lab/check

check-style check-lab check-unit check-emu check-nouveau check-bench check-guest check-debug \
		check-fuzz check-dkms:
	@tests/lab/check $(@:check-%=%)

bench:
	@tests/lab/bench

fuzz:
	@tests/lab/fuzz

shell:
	@tests/lab/shell

build:
	@tests/lab/build

clean:
	rm -rf build

install dkms-install uninstall:
	@$(MAKE) --no-print-directory -C packaging $@

# Options given to make reach the scripts through the environment.
export KERNEL LAYOUT IOMMU KVM CARDS HBM MEMORY FILE TEST JOBS V EXTENT \
	SEED CALLS FROM TO THREADS COVERAGE
