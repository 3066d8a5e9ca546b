# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The options of `make demo` and `make shell`, checked, as options of
# tests/lab/boot.

KERNEL=${KERNEL:-6.12} LAYOUT=${LAYOUT:-silicon} CARDS=${CARDS:-1}
HBM=${HBM:-} IOMMU=${IOMMU:-} KVM=${KVM:-} MEMORY=${MEMORY:-2G}
[ "$IOMMU" != 0 ] || IOMMU=''
[ "$KVM" != 0 ] || KVM=''

is_kernel "$KERNEL" || die "KERNEL=$KERNEL: there are 6.12, backports and debug"
case $LAYOUT in
silicon | rev255) card=trainium2,layout=$LAYOUT${HBM:+,hbm=$HBM} ;;
a100) card=a100${HBM:+,vram=$HBM} ;;
*) die "LAYOUT=$LAYOUT: silicon and rev255 are the two of Trainium2, a100 is an A100" ;;
esac
case $CARDS in
[1-9] | 1[0-6]) ;;
*) die "CARDS=$CARDS: from 1 to 16" ;;
esac
case $HBM in
*[!0-9KMG]* | [!1-9]*) die "HBM=$HBM: a size such as 512M or 4G" ;;
?*) [ "$LAYOUT" != silicon ] ||
	die "HBM=$HBM: cards of the silicon layout have 96 GiB, use LAYOUT=rev255" ;;
esac
# A card of the silicon layout takes 256 GiB of the upper half of the 1 TiB of
# addresses that an emulated processor has.
[ "$LAYOUT" != silicon ] || [ "$CARDS" = 1 ] || [ -n "$KVM" ] ||
	die "CARDS=$CARDS: only one fits in the silicon layout, use LAYOUT=rev255"

# shellcheck disable=SC2034 # for those who source this file
guest_options=(--kernel "$KERNEL" --memory "$MEMORY")
for ((i = 0; i < CARDS; i++)); do
	guest_options+=(--card "$card")
done
[ -z "$IOMMU" ] || guest_options+=(--iommu)
[ -z "$KVM" ] || guest_options+=(--kvm)
