# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What every script of the lab shares: where things are, and how to speak.

lab_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for those who source this file
top_dir=$(cd -- "$lab_dir/../.." && pwd)
cache=${GANTRY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/gantry}

# What the make that calls us was told is not meant for those that we call.
unset MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS

# When the job began. Passed on, so that every script of one run counts from
# the same moment.
export GANTRY_T0=${GANTRY_T0:-$EPOCHREALTIME}

# "[  12.3 s] text", on stderr: stdout belongs to the commands that are run.
note()
{
	local us=$((${EPOCHREALTIME/./} - ${GANTRY_T0/./}))

	printf '[%5d.%d s] %s\n' $((us / 1000000)) $((us / 100000 % 10)) "$*" >&2
}

warn()
{
	printf 'gantry: %s\n' "$*" >&2
}

# One line that says what is wrong and what to do. 125: the lab's own failure.
die()
{
	warn "$*"
	exit 125
}

need_root()
{
	[ "$(id -u)" = 0 ] ||
		die "the lab mounts and chroots, so it needs root: run the same command with sudo"
}

need_cache()
{
	mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] ||
		die "cannot write to $cache: set GANTRY_CACHE to a folder that can be written"
}

# What is free where the cache is, in megabytes.
free_mb()
{
	df -Pm "$cache" | awk 'NR == 2 { print $4 }'
}

# need_space MEGABYTES: in the cache
need_space()
{
	local free

	free=$(free_mb)
	[ "$free" -ge "$1" ] ||
		die "$cache has $free MB free and needs $1: free some, or set GANTRY_CACHE to a folder on a larger disk"
}

# run_child SIGNAL COMMAND...: like running it in the foreground, but a signal
# that ends this script ends the command first, by SIGNAL.
run_child()
{
	local signal=$1 child status=0 s
	shift

	"$@" <&0 &
	child=$!
	for s in INT:130 TERM:143 HUP:129; do
		# shellcheck disable=SC2064 # the values of now
		trap "trap '' INT TERM HUP; { kill -$signal $child; wait $child; } 2>/dev/null; exit ${s#*:}" "${s%:*}"
	done
	wait "$child" || status=$?
	trap - INT TERM HUP
	return "$status"
}

# is_kernel NAME: one of the kernels that guests run
is_kernel()
{
	case $1 in
	6.12 | backports | debug) ;;
	*) return 1 ;;
	esac
}

# use_ccache: inside the tree, keeps what is compiled with it by content. There is
# room for two debug kernels, 350 MB each, and some days' builds of all else.
use_ccache()
{
	export CCACHE_DIR=/cache/ccache CCACHE_MAXSIZE=1G CCACHE_COMPILERCHECK=content
}

# use_kernel NAME: sets, inside the tree,
#   kernel_release   what `uname -r` says
#   kernel_image     what QEMU starts
#   kernel_root      the folder that lib/modules/RELEASE is in
# shellcheck disable=SC2034 # for those who source this file
use_kernel()
{
	if [ "$1" = debug ]; then
		kernel_root=$("$lab_dir/debug-kernel")
		kernel_release=$(cat "$kernel_root/release")
		kernel_image=$kernel_root/bzImage
	else
		kernel_root=''
		kernel_release=$(cat "/lab/kernel-$1")
		kernel_image=/lab/vmlinux-$1
	fi
}
