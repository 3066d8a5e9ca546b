// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantry-emu - an emulated accelerator behind a UNIX socket, for one virtual
 * machine with a vfio-user PCI device.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "trainium2/card.h"
#include "trainium2/fault.h"
#include "trainium2/layout.h"
#include "vfio-user/vfu.h"

struct arguments {
	bool hbm_given;
	const char *socket;
	const char *faults[VFU_MAX_FAULTS];
	unsigned int n_faults;
	struct trn2_options card;
};

static struct vfu_server *server;	/* for the signal handler */

static const char usage[] =
	"Usage: gantry-emu trainium2 --socket PATH [OPTION...]\n"
	"Serve an emulated accelerator to a virtual machine, which finds it behind\n"
	"the UNIX socket PATH (QEMU: -device vfio-user-pci).\n"
	"\n"
	"  --socket PATH        the socket to make\n"
	"  --layout LAYOUT      silicon or rev255 (default: rev255)\n"
	"  --hbm SIZE           device memory in all, with K, M, G (default: 4G;\n"
	"                       silicon: 96G, which drivers take for granted)\n"
	"  --serial N           serial number (default: made from the index)\n"
	"  --index N            position in the server, 0 to 31 (default: 0)\n"
	"  --workers N          most threads that copy (default: one a CPU)\n"
	"  --fault FAULT        let something go wrong; as often as wanted. FAULT is\n"
	"                       NAME[:where=N][:after=N][:times=N][:value=N]: only at\n"
	"                       one place, after so many chances, so many times (1;\n"
	"                       or always), with a value of the fault's own\n"
	"  --in-step            finish what a register write starts before it returns,\n"
	"                       for whoever counts the guest's instructions\n"
	"  --help               this text\n"
	"\n"
	"Prints \"ready PATH\" once the socket can be connected to. Ends when the\n"
	"virtual machine disconnects, or on SIGTERM.\n"
	"\n"
	"Faults, which a guest can ask for as well (docs/emulators.md):\n";

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("gantry-emu: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

static void __attribute__((noreturn)) help(void)
{
	struct vfu_faults faults;

	fputs(usage, stdout);
	trn2_faults_init(&faults, NULL);
	vfu_faults_print(&faults, stdout);
	vfu_faults_fini(&faults);
	exit(EXIT_SUCCESS);
}

static uint64_t number(const char *option, const char *text, bool suffix)
{
	static const char units[] = "KMGT";
	unsigned int shift = 0;
	const char *unit;
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (end == text || *text == '-' || errno)
		die("--%s %s: not a number", option, text);
	unit = suffix && *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unit - units + 1);
		end++;
	}
	if (*end)
		die("--%s %s: not a number%s", option, text,
		    suffix ? " with K, M, G or T after it" : "");
	if (value << shift >> shift != value)
		die("--%s %s: too large", option, text);
	return value << shift;
}

static void parse_option(struct arguments *args, const char *name)
{
	struct trn2_options *card = &args->card;

	if (!strcmp(name, "socket")) {
		args->socket = optarg;
	} else if (!strcmp(name, "layout")) {
		card->layout = trn2_layout_find(optarg);
		if (!card->layout)
			die("--layout %s: it is silicon or rev255", optarg);
	} else if (!strcmp(name, "hbm")) {
		card->hbm_size = number(name, optarg, true);
		args->hbm_given = true;
	} else if (!strcmp(name, "serial")) {
		card->serial = number(name, optarg, false);
	} else if (!strcmp(name, "index")) {
		uint64_t index = number(name, optarg, false);

		card->index = index > TRN2_INDEX_MAX ? TRN2_INDEX_MAX + 1 : index;
	} else if (!strcmp(name, "workers")) {
		uint64_t workers = number(name, optarg, false);

		if (!workers || workers > 256)
			die("--workers %s: it is 1 to 256", optarg);
		card->workers = workers;
	} else if (!strcmp(name, "fault")) {
		if (args->n_faults == VFU_MAX_FAULTS)
			die("--fault: at most %u of them", VFU_MAX_FAULTS);
		args->faults[args->n_faults++] = optarg;
	} else if (!strcmp(name, "in-step")) {
		card->in_step = true;
	} else {
		help();
	}
}

static void parse(struct arguments *args, int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 0 },
		{ "layout", required_argument, NULL, 0 },
		{ "hbm", required_argument, NULL, 0 },
		{ "serial", required_argument, NULL, 0 },
		{ "index", required_argument, NULL, 0 },
		{ "workers", required_argument, NULL, 0 },
		{ "fault", required_argument, NULL, 0 },
		{ "in-step", no_argument, NULL, 0 },
		{ "help", no_argument, NULL, 0 },
		{ 0 },
	};
	const char *problem;
	int which, got;

	while ((got = getopt_long(argc, argv, "", options, &which)) != -1) {
		if (got)
			exit(EXIT_FAILURE);
		parse_option(args, options[which].name);
	}
	if (argc - optind != 1 || strcmp(argv[optind], "trainium2"))
		die("name one card, trainium2; --help says more");
	if (!args->socket)
		die("--socket PATH is missing; --help says more");
	if (!args->hbm_given)
		args->card.hbm_size = args->card.layout->hbm_default;
	if (!args->card.serial)
		args->card.serial = 0x7364000000000001ULL + args->card.index;
	problem = trn2_options_check(&args->card);
	if (problem)
		die("%s", problem);
}

static void arm_faults(const struct arguments *args, struct trn2_card *card)
{
	for (unsigned int i = 0; i < args->n_faults; i++) {
		const char *problem = vfu_fault_parse(trn2_card_faults(card), args->faults[i]);

		if (problem)
			die("--fault %s: %s; --help says more", args->faults[i], problem);
	}
}

static int host_pin(void *priv, uint64_t iova, size_t len, bool write,
		    struct vfu_pin *pin)
{
	(void)priv;
	if (!vfu_bus_master(server))
		return -EFAULT;
	return vfu_dma_pin(server, iova, len, write, pin);
}

static void host_unpin(void *priv, struct vfu_pin *pin)
{
	(void)priv;
	vfu_dma_unpin(server, pin);
}

static int host_read(void *priv, uint64_t iova, void *buf, size_t len)
{
	(void)priv;
	return vfu_dma_read(server, iova, buf, len);
}

static int host_write(void *priv, uint64_t iova, const void *buf, size_t len)
{
	(void)priv;
	return vfu_dma_write(server, iova, buf, len);
}

static const struct trn2_host_ops host_ops = {
	.pin = host_pin,
	.unpin = host_unpin,
	.read = host_read,
	.write = host_write,
};

static int bar_read(void *priv, unsigned int bar, uint64_t off, void *buf,
		    size_t len)
{
	return trn2_bar_read(priv, bar, off, buf, len);
}

static int bar_write(void *priv, unsigned int bar, uint64_t off,
		     const void *buf, size_t len)
{
	return trn2_bar_write(priv, bar, off, buf, len);
}

static void reset(void *priv)
{
	trn2_card_reset(priv);
}

static void log_line(void *priv, const char *line)
{
	(void)priv;
	fprintf(stderr, "gantry-emu: %s\n", line);
}

static const struct vfu_ops server_ops = {
	.bar_read = bar_read,
	.bar_write = bar_write,
	.reset = reset,
	.log = log_line,
};

static void on_signal(int number)
{
	(void)number;
	vfu_server_stop(server);
}

static void stop_on_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/*
 * A card does not queue for the processor behind the guest that waits for it.
 * Drivers give real hardware as little as 20 ms, which a thread on a busy
 * machine easily waits to be run. Threads inherit this; an ordinary user may
 * not ask for it, and does without.
 */
static void go_before_the_guest(void)
{
	setpriority(PRIO_PROCESS, 0, -15);
}

/* Serves one virtual machine; nothing is half made when it dies */
static int serve(const struct arguments *args, struct trn2_card *card)
{
	struct vfu_options options;
	int ret;

	trn2_card_describe(card, &options);
	ret = vfu_server_create(&options, &server_ops, card, &server);
	if (ret)
		die("cannot make the PCI device: %s", strerror(-ret));
	stop_on_signals();
	ret = vfu_server_listen(server, args->socket);
	if (ret)
		die("%s: %s", args->socket, strerror(-ret));
	printf("ready %s\n", args->socket);
	fflush(stdout);
	ret = vfu_server_run(server);
	trn2_card_stop(card);
	vfu_server_destroy(server);
	return ret == -ECANCELED ? 0 : ret;
}

int main(int argc, char **argv)
{
	struct arguments args = {
		.card = {
			.layout = trn2_layout_find("rev255"),
		},
	};
	struct trn2_card *card;
	int ret;

	parse(&args, argc, argv);
	go_before_the_guest();
	ret = trn2_card_create(&args.card, &host_ops, NULL, &card);
	if (ret)
		die("cannot make the card: %s", strerror(-ret));
	arm_faults(&args, card);
	ret = serve(&args, card);
	trn2_card_destroy(card);
	if (ret)
		die("the connection failed: %s", strerror(-ret));
	return EXIT_SUCCESS;
}
