// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantry-emu - an emulated accelerator behind a UNIX socket, for one virtual
 * machine with a vfio-user PCI device. What kinds of card there are: model.h.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "model.h"

#define MAX_OPTIONS	32
#define HELP_COLUMN	23

/**
 * struct arguments - the command line
 * @model: the kind of card
 * @socket: --socket
 * @switch_file: --switch, or NULL
 * @faults: --fault, each
 * @n_faults: how many
 * @options: the model's own
 */
struct arguments {
	const struct emu_model *model;
	const char *socket;
	const char *switch_file;
	const char *faults[VFU_MAX_FAULTS];
	unsigned int n_faults;
	void *options;
};

static const struct emu_model *const models[] = { &trn2_model, &ga100_model };

static struct vfu_server *server;	/* for the signal handler */

static const char usage[] =
	"Usage: gantry-emu MODEL --socket PATH [OPTION...]\n"
	"Serve an emulated accelerator to a virtual machine, which finds it behind\n"
	"the UNIX socket PATH (QEMU: -device vfio-user-pci).\n"
	"\n"
	"Prints \"ready PATH\" once the socket can be connected to. Ends when the\n"
	"virtual machine disconnects, or on SIGTERM.\n"
	"\n";

static const struct emu_option common[] = {
	{ "socket", "PATH", "the socket to make", NULL },
	{ "switch", "FILE", "put the card below a PCIe switch, with all others that\n"
	  "name this file: they reach each other's memory", NULL },
	{ "fault", "FAULT", "let something go wrong; as often as wanted. FAULT is\n"
	  "NAME[:where=N][:after=N][:times=N][:value=N]: only at\n"
	  "one place, after so many chances, so many times (1;\n"
	  "or always), with a value of the fault's own", NULL },
	{ "help", NULL, "this text", NULL },
	{ 0 },
};

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

static void print_options(const struct emu_option *option)
{
	for (; option->name; option++) {
		int used = printf("  --%s %s", option->name, option->argument ? option->argument : "");

		printf("%*s", used < HELP_COLUMN ? HELP_COLUMN - used : 1, "");
		for (const char *c = option->help; *c; c++) {
			putchar(*c);
			if (*c == '\n')
				printf("%*s", HELP_COLUMN, "");
		}
		putchar('\n');
	}
}

static void __attribute__((noreturn)) help(const struct emu_model *model)
{
	struct vfu_faults faults;

	fputs(usage, stdout);
	if (!model) {
		puts("Models (gantry-emu MODEL --help has the options and faults of one):");
		for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
			printf("  %-*s%s\n", HELP_COLUMN - 2, models[i]->name, models[i]->summary);
		exit(EXIT_SUCCESS);
	}
	printf("Options of %s, %s:\n", model->name, model->summary);
	print_options(common);
	print_options(model->options);
	puts("\nFaults, which a guest can ask for as well (docs/emulators.md):");
	model->list_faults(&faults);
	vfu_faults_print(&faults, stdout);
	vfu_faults_fini(&faults);
	exit(EXIT_SUCCESS);
}

static const struct emu_model *find_model(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (!strcmp(models[i]->name, name))
			return models[i];
	return NULL;
}

/* Common options first, so that they have the same place in every table */
static void list_options(struct option *table, const struct emu_option **which,
			 const struct emu_option *option, unsigned int *count)
{
	for (; option->name && *count < MAX_OPTIONS - 1; option++, (*count)++) {
		which[*count] = option;
		table[*count] = (struct option){
			.name = option->name,
			.has_arg = option->argument ? required_argument : no_argument,
		};
	}
}

static void take_option(struct arguments *args, const struct emu_option *option)
{
	const char *problem;

	if (option->set) {
		problem = option->set(args->options, optarg);
		if (problem)
			die("--%s %s: %s", option->name, optarg, problem);
	} else if (!strcmp(option->name, "socket")) {
		args->socket = optarg;
	} else if (!strcmp(option->name, "switch")) {
		args->switch_file = optarg;
	} else if (!strcmp(option->name, "fault")) {
		if (args->n_faults == VFU_MAX_FAULTS)
			die("--fault: at most %u of them", VFU_MAX_FAULTS);
		args->faults[args->n_faults++] = optarg;
	} else {
		help(args->model);
	}
}

static void parse(struct arguments *args, int argc, char **argv)
{
	const struct emu_option *which[MAX_OPTIONS];
	struct option table[MAX_OPTIONS] = { 0 };
	unsigned int count = 0;
	const char *problem;
	int index, got;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		help(NULL);
	args->model = argc > 1 ? find_model(argv[1]) : NULL;
	if (!args->model)
		die("name a card first, such as %s; --help says more", models[0]->name);
	args->options = calloc(1, args->model->options_size);
	if (!args->options)
		die("%s", strerror(ENOMEM));
	list_options(table, which, common, &count);
	list_options(table, which, args->model->options, &count);
	optind = 2;
	while ((got = getopt_long(argc, argv, "", table, &index)) != -1) {
		if (got)
			exit(EXIT_FAILURE);
		take_option(args, which[index]);
	}
	if (optind != argc)
		die("%s: one card a process; --help says more", argv[optind]);
	if (!args->socket)
		die("--socket PATH is missing; %s --help says more", args->model->name);
	problem = args->model->complete(args->options);
	if (problem)
		die("%s", problem);
}

static void arm_faults(const struct arguments *args, void *card)
{
	for (unsigned int i = 0; i < args->n_faults; i++) {
		const char *problem = vfu_fault_parse(args->model->faults(card), args->faults[i]);

		if (problem)
			die("--fault %s: %s; %s --help says more", args->faults[i], problem,
			    args->model->name);
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

/* A message is a write to memory, which only a bus master may do */
static int host_interrupt(void *priv, unsigned int vector)
{
	(void)priv;
	if (!vfu_bus_master(server))
		return -EAGAIN;
	return vfu_irq_trigger(server, vector);
}

static int host_config(void *priv, uint32_t off, void *buf, size_t len)
{
	(void)priv;
	return vfu_config_read(server, off, buf, len);
}

static void log_line(void *priv, const char *line)
{
	(void)priv;
	fprintf(stderr, "gantry-emu: %s\n", line);
}

static const struct emu_host host = {
	.pin = host_pin,
	.unpin = host_unpin,
	.read = host_read,
	.write = host_write,
	.interrupt = host_interrupt,
	.config = host_config,
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
static int serve(const struct arguments *args, void *card)
{
	const struct vfu_ops ops = {
		.bar_read = args->model->bar_read,
		.bar_write = args->model->bar_write,
		.reset = args->model->reset,
		.log = log_line,
	};
	struct vfu_options options;
	int ret;

	args->model->describe(card, &options);
	ret = vfu_server_create(&options, &ops, card, &server);
	if (ret)
		die("cannot make the PCI device: %s", strerror(-ret));
	ret = args->switch_file ? vfu_server_join(server, args->switch_file) : 0;
	if (ret)
		die("%s: %s", args->switch_file, strerror(-ret));
	stop_on_signals();
	ret = vfu_server_listen(server, args->socket);
	if (ret)
		die("%s: %s", args->socket, strerror(-ret));
	printf("ready %s\n", args->socket);
	fflush(stdout);
	ret = vfu_server_run(server);
	args->model->stop(card);
	vfu_server_destroy(server);
	return ret == -ECANCELED ? 0 : ret;
}

int main(int argc, char **argv)
{
	struct arguments args = { 0 };
	void *card;
	int ret;

	parse(&args, argc, argv);
	go_before_the_guest();
	ret = args.model->create(args.options, &host, NULL, &card);
	if (ret)
		die("cannot make the card: %s", strerror(-ret));
	arm_faults(&args, card);
	ret = serve(&args, card);
	args.model->destroy(card);
	free(args.options);
	if (ret)
		die("the connection failed: %s", strerror(-ret));
	return EXIT_SUCCESS;
}
