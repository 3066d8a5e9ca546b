/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a program in the guest tells instructions.c what it is doing: by an
 * instruction that does nothing, nopl MARKER_MAGIC + section(%rax,%rax,1).
 */
#ifndef BENCH_MARKER_H
#define BENCH_MARKER_H

#define MARKER_MAGIC	0x67616e00	/* the low byte is the section */

/* What follows, until the next marker. */
enum marker_section {
	SECTION_NONE,		/* is not counted */
	SECTION_PREPARE,
	SECTION_SUBMIT,
	SECTION_WAIT,
	SECTION_COUNT,
	SECTION_NEXT = 0xff,	/* counts for itself from here on */
};

/** marker() - from here on instructions belong to @section, a constant */
#define marker(section)							\
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0"	\
			 : : "i"(MARKER_MAGIC + (section)) : "memory")

#endif
