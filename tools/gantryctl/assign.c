// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl assign: gives gantry the cards that the operator assigned to it in
 * a file. udev runs it when a card appears, the operator after a change.
 */
#include <errno.h>
#include <getopt.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assign.h"
#include "assignments.h"
#include "gantryctl.h"
#include "output.h"
#include "sysfs.h"

#define DRIVER "gantry"

static const char help[] =
"Usage: gantryctl assign [--dry-run] [--json] [--log] [[--new] CARD]\n"
"\n"
"Gives gantry the cards that /etc/gantry/cards.conf assigns to it: loads\n"
"gantry.ko if there is such a card, and binds. udev does this when the machine\n"
"starts and when a card is plugged in; by hand it is for a change of the file.\n"
"A card that is not assigned is left alone, and so is one that another driver\n"
"has or is meant to have. No card is taken from gantry: see 'gantryctl unbind'.\n"
"\n"
"  CARD           only this one: PCI address, accelN, N or device node\n"
"  --new          CARD was plugged in just now, so nobody uses it yet: take it\n"
"                 from a driver that was quicker\n"
"  --log          complain to the system log, not on stderr\n"
"  -n, --dry-run  change nothing, only say what the file means for each card\n"
"  -j, --json     machine-readable: an array with one object a card\n"
"\n"
"Exit code: 0 gantry has what is assigned to it; 1 something is missing, the\n"
"message says what; 2 wrong usage, nothing was done.\n";

/* Where the kernel looks for it by default; udev gives its programs no PATH. */
const char *modprobe_path = "/sbin/modprobe";

struct request {
	bool dry_run, json, new;
	const char *card;
};

struct choice {
	struct gantry_card card;
	bool assigned;
	bool bound;
	unsigned int line;
};

static int parse(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "log", no_argument, NULL, 'L' },
		{ "new", no_argument, NULL, 'N' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option;

	opterr = 0;
	optind = 0;	/* start over: main() has parsed before */
	while ((option = getopt_long(argc, argv, "njh", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			request->dry_run = true;
			break;
		case 'j':
			request->json = true;
			break;
		case 'L':
			complain_to_system_log();
			break;
		case 'N':
			request->new = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		default:
			return usage_error("assign", "assign: unknown option '%s'",
					   argv[optind - 1]);
		}
	}
	if (optind < argc)
		request->card = argv[optind++];
	if (optind < argc)
		return usage_error("assign", "assign: one argument too many: '%s'", argv[optind]);
	if (request->new && !request->card)
		return usage_error("assign", "assign: --new needs the card that is new");
	return -1;
}

static bool is_bound(const struct gantry_card *card)
{
	return sysfs_exists("bus/pci/drivers/" DRIVER "/%s", card->pci_address);
}

static bool is_of_other_driver(const struct gantry_card *card)
{
	return card->driver[0] && strcmp(card->driver, DRIVER);
}

static bool is_meant_for_other(const struct gantry_card *card)
{
	return card->driver_override[0] && strcmp(card->driver_override, DRIVER);
}

static int set_override(const struct gantry_card *card)
{
	int ret = sysfs_write(DRIVER, "bus/pci/devices/%s/driver_override", card->pci_address);

	if (ret)
		complain("cannot set driver_override of %s: %s", card->pci_address,
			 ret == -EACCES ? "run as root" : strerror(-ret));
	return ret;
}

static int load_module(void)
{
	char *argv[] = { "modprobe", DRIVER, NULL };
	char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int status;
	pid_t pid;

	if (sysfs_exists("bus/pci/drivers/" DRIVER))
		return 0;
	if (!posix_spawn(&pid, modprobe_path, NULL, NULL, argv, environment) &&
	    waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	complain("cannot load gantry.ko: 'modprobe gantry' and 'dkms status gantry' say why");
	return -ENOENT;
}

/* Says nothing: what looks like a failure may be that somebody was quicker. */
static int take_and_bind(const struct gantry_card *card)
{
	int ret;

	if (is_of_other_driver(card)) {
		ret = sysfs_write(DRIVER, "bus/pci/devices/%s/driver_override",
				  card->pci_address);
		if (!ret)
			ret = sysfs_write(card->pci_address, "bus/pci/drivers/%s/unbind",
					  card->driver);
		if (ret)
			return ret;
	}
	if (is_bound(card))	/* by the module, as it was loaded */
		return 0;
	ret = sysfs_write(card->pci_address, "bus/pci/drivers/" DRIVER "/bind");
	return is_bound(card) ? 0 : ret;
}

static void complain_of_owner(const struct gantry_card *card)
{
	if (is_of_other_driver(card))
		complain("%s is assigned to gantry but belongs to driver %s: left alone; if nobody needs it there: echo %s > /sys/bus/pci/drivers/%s/unbind",
			 card->pci_address, card->driver, card->pci_address, card->driver);
	else
		complain("%s is assigned to gantry but its driver_override is %s: left alone",
			 card->pci_address, card->driver_override);
}

static bool is_meant(const struct choice *choice, const char *only)
{
	return !only || !strcmp(only, choice->card.pci_address);
}

/*
 * The overrides of all cards, also of those that are not meant this time: a
 * driver that is loaded for the one must not get the others.
 */
static int prepare(struct choice *choices, unsigned int count, const char *only)
{
	bool needed = false;
	int ret = 0;

	for (unsigned int i = 0; i < count && !ret; i++) {
		struct gantry_card *card = &choices[i].card;

		if (!choices[i].assigned)
			continue;
		if (is_meant(&choices[i], only))
			needed = true;
		if (!card->driver[0] && !is_meant_for_other(card))
			ret = set_override(card);
	}
	return ret || !needed ? ret : load_module();
}

static int give(struct choice *choice, bool new)
{
	struct gantry_card *card = &choice->card;
	int ret;

	if (is_meant_for_other(card) || (is_of_other_driver(card) && !new)) {
		complain_of_owner(card);
		return -EBUSY;
	}
	ret = take_and_bind(card);
	/* The kernel may have been giving it to another driver: binding waited for that. */
	if (ret && new && !find_card(card->pci_address, card) && is_of_other_driver(card))
		ret = take_and_bind(card);
	if (ret)
		complain("cannot bind %s: %s; the kernel log (dmesg) may say more",
			 card->pci_address, strerror(-ret));
	choice->bound = !ret;
	return ret;
}

static const char *verdict(const struct choice *choice, bool dry_run)
{
	if (!choice->assigned)
		return "left alone";
	if (dry_run)
		return "assigned to gantry";
	return choice->bound ? "gantry has it" : "gantry does not have it";
}

static void print_text(const struct choice *choice, bool dry_run)
{
	const struct gantry_card *card = &choice->card;

	printf("%s %s: %s", card->pci_address, card->chip, verdict(choice, dry_run));
	if (choice->line)
		printf(" (line %u)", choice->line);
	if (dry_run && card->driver[0])
		printf(", driver %s", card->driver);
	putchar('\n');
}

static struct json_object *to_json(const struct choice *choice)
{
	struct json_object *object = output_object();

	output_text(object, "pci_address", choice->card.pci_address);
	output_text_or_null(object, "chip", choice->card.chip);
	output_bool(object, "assigned", choice->assigned);
	output_unsigned(object, "line", choice->line);
	output_bool(object, "bound", choice->bound);
	return object;
}

/* Returns the number of choices; the caller frees them. */
static int choose(const struct assignments *assignments, struct choice **out)
{
	struct gantry_card_list *list;
	struct choice *choices = NULL;
	int ret, count;

	ret = gantry_card_list_create(&list);
	if (ret) {
		complain("cannot look for cards: %s", strerror(-ret));
		return ret;
	}
	count = gantry_card_list_count(list);
	choices = calloc(count + 1, sizeof(*choices));
	for (int i = 0; choices && i < count; i++) {
		choices[i].card.size = sizeof(choices[i].card);
		gantry_card_list_get(list, i, &choices[i].card);
		choices[i].bound = is_bound(&choices[i].card);
		choices[i].assigned = assignments_decide(assignments, &choices[i].card,
							 &choices[i].line);
	}
	gantry_card_list_destroy(list);
	*out = choices;
	return choices ? count : -ENOMEM;
}

static int assign(struct choice *choices, unsigned int count, const struct request *request,
		  const char *only)
{
	struct json_object *array = request->json ? output_array() : NULL;
	bool ready = !request->dry_run && !prepare(choices, count, only);
	int ret, result = ready || request->dry_run ? EXIT_OK : EXIT_FAILED;

	for (unsigned int i = 0; i < count; i++) {
		if (!is_meant(&choices[i], only))
			continue;
		if (ready && choices[i].assigned && give(&choices[i], request->new))
			result = EXIT_FAILED;
		if (array)
			output_append(array, to_json(&choices[i]));
		else
			print_text(&choices[i], request->dry_run);
	}
	ret = array ? output_print(array) : EXIT_OK;
	return result ? result : ret;
}

int command_assign(int argc, char **argv)
{
	struct gantry_card card = { .size = sizeof(card) };
	struct assignments *assignments;
	struct request request = { 0 };
	struct choice *choices = NULL;
	int ret, count;

	ret = parse(argc, argv, &request);
	if (ret >= 0)
		return ret;
	if (assignments_read(&assignments))
		return EXIT_FAILED;
	ret = EXIT_FAILED;
	if (request.card && find_card(request.card, &card))
		goto out;
	count = choose(assignments, &choices);
	if (count < 0)
		goto out;
	ret = assign(choices, count, &request, request.card ? card.pci_address : NULL);
	free(choices);
out:
	assignments_free(assignments);
	return ret;
}
