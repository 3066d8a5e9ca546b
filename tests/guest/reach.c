// SPDX-License-Identifier: GPL-2.0-only
#include "reach.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* Is CONFIG_PCI_P2PDMA set? */
static bool kernel_can(void)
{
	static int answer = -1;
	FILE *symbols;
	char line[256];

	if (answer >= 0)
		return answer;
	symbols = fopen("/proc/kallsyms", "re");
	assert_non_null(symbols);
	answer = 0;
	while (!answer && fgets(line, sizeof(line), symbols))
		answer = strstr(line, " pci_p2pdma_distance_many\n") != NULL;
	fclose(symbols);
	return answer;
}

/*
 * Where the card is in the tree of buses, down to its switch: .../UPSTREAM, for the
 * card itself is .../UPSTREAM/DOWNSTREAM/CARD.
 */
static void find_switch(unsigned int card, char path[PATH_MAX])
{
	char link[64];
	int i;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s", card_address(card));
	assert_non_null(realpath(link, path));
	for (i = 0; i < 2; i++)
		*strrchr(path, '/') = '\0';
}

/* A card on the root complex has no two ports above it: that is no PCI device. */
static bool is_port(const char *path)
{
	return strchr(strrchr(path, '/'), '.');
}

bool cards_reach(unsigned int a, unsigned int b)
{
	char switches[2][PATH_MAX];

	find_switch(a, switches[0]);
	find_switch(b, switches[1]);
	return kernel_can() && is_port(switches[0]) && !strcmp(switches[0], switches[1]) &&
	       !sysfs_exists("bus/pci/devices/%s/iommu", card_address(b));
}
