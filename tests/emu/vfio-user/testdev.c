// SPDX-License-Identifier: GPL-2.0-only
/* vfu-testdev SOCKET: serves the device of testdev.h until the client leaves. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "testdev.h"
#include "vfu.h"

struct testdev {
	struct vfu_server *server;
	pthread_mutex_t lock;	/* guards what follows */
	pthread_cond_t work;
	uint64_t regs[TESTDEV_REGS_SIZE / 8];
	bool busy;
	bool quit;
};

static struct vfu_server *to_stop;

/* The engine: a thread, so that the guest is not kept waiting by a copy. */
static void copy(struct testdev *dev, uint64_t src, uint64_t dst, uint64_t len,
		 uint64_t *status)
{
	uint8_t buf[65536];
	int ret = 0;

	while (len && !ret) {
		size_t n = len < sizeof(buf) ? len : sizeof(buf);

		ret = vfu_dma_read(dev->server, src, buf, n);
		if (!ret)
			ret = vfu_dma_write(dev->server, dst, buf, n);
		src += n;
		dst += n;
		len -= n;
	}
	*status = -ret;
}

static void *engine(void *arg)
{
	struct testdev *dev = arg;
	uint64_t *regs = dev->regs;

	pthread_mutex_lock(&dev->lock);
	for (;;) {
		uint64_t src, dst, len, vector, status;

		while (!dev->busy && !dev->quit)
			pthread_cond_wait(&dev->work, &dev->lock);
		if (dev->quit)
			break;
		src = regs[TESTDEV_SRC / 8];
		dst = regs[TESTDEV_DST / 8];
		len = regs[TESTDEV_LEN / 8];
		vector = regs[TESTDEV_GO / 8];
		pthread_mutex_unlock(&dev->lock);
		copy(dev, src, dst, len, &status);
		pthread_mutex_lock(&dev->lock);
		regs[TESTDEV_STATUS / 8] = status;
		regs[TESTDEV_GO / 8] = TESTDEV_DONE;
		dev->busy = false;
		vfu_irq_trigger(dev->server, vector);
	}
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static bool aligned(uint64_t off, size_t len)
{
	return len <= 8 && !(off % 4) && !(len % 4) && off % 8 + len <= 8;
}

static int bar_read(void *priv, unsigned int bar, uint64_t off, void *buf,
		    size_t len)
{
	struct testdev *dev = priv;

	if (bar)
		return 0;	/* nothing there but MSI-X: reads zero */
	if (!aligned(off, len))
		return -EINVAL;
	pthread_mutex_lock(&dev->lock);
	memcpy(buf, (uint8_t *)dev->regs + off, len);
	pthread_mutex_unlock(&dev->lock);
	return 0;
}

static int bar_write(void *priv, unsigned int bar, uint64_t off,
		     const void *buf, size_t len)
{
	struct testdev *dev = priv;

	if (bar || off < TESTDEV_SRC)
		return 0;
	if (!aligned(off, len))
		return -EINVAL;
	pthread_mutex_lock(&dev->lock);
	memcpy((uint8_t *)dev->regs + off, buf, len);
	if (off == TESTDEV_GO) {
		dev->busy = true;
		pthread_cond_signal(&dev->work);
	}
	pthread_mutex_unlock(&dev->lock);
	return 0;
}

static void reset(void *priv)
{
	struct testdev *dev = priv;

	pthread_mutex_lock(&dev->lock);
	memset(dev->regs, 0, sizeof(dev->regs));
	dev->regs[TESTDEV_ID / 8] = TESTDEV_MAGIC;
	pthread_mutex_unlock(&dev->lock);
}

static void log_line(void *priv, const char *line)
{
	(void)priv;
	fprintf(stderr, "vfu-testdev: %s\n", line);
}

static void on_signal(int number)
{
	(void)number;
	vfu_server_stop(to_stop);
}

static int make_server(struct testdev *dev, int fd)
{
	static const struct vfu_ops ops = {
		.bar_read = bar_read,
		.bar_write = bar_write,
		.reset = reset,
		.log = log_line,
	};
	const struct vfu_memory memory = { .fd = fd };
	const struct vfu_options options = {
		.vendor = TESTDEV_VENDOR,
		.device = TESTDEV_DEVICE,
		.class_code = 0x120000,
		.bars = {
			[0] = { .size = TESTDEV_REGS_SIZE },
			[TESTDEV_MEM_BAR] = {
				.size = TESTDEV_MEM_SIZE,
				.is_64bit = true,
				.prefetchable = true,
				.memory = &memory,
			},
			[TESTDEV_MSIX_BAR] = { .size = 0x2000 },
		},
		.msix_vectors = TESTDEV_VECTORS,
		.msix_bar = TESTDEV_MSIX_BAR,
		.msix_pba = 0x1000,
	};

	return vfu_server_create(&options, &ops, dev, &dev->server);
}

int main(int argc, char **argv)
{
	struct testdev dev = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.work = PTHREAD_COND_INITIALIZER,
	};
	int fd = memfd_create("testdev", MFD_CLOEXEC), ret;
	pthread_t thread;

	if (argc != 2) {
		fputs("usage: vfu-testdev SOCKET\n", stderr);
		return EXIT_FAILURE;
	}
	reset(&dev);
	if (fd < 0 || ftruncate(fd, TESTDEV_MEM_SIZE) || make_server(&dev, fd))
		return EXIT_FAILURE;
	to_stop = dev.server;
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	ret = vfu_server_listen(dev.server, argv[1]);
	if (ret) {
		fprintf(stderr, "vfu-testdev: %s: %s\n", argv[1], strerror(-ret));
		return EXIT_FAILURE;
	}
	if (pthread_create(&thread, NULL, engine, &dev))
		return EXIT_FAILURE;
	printf("ready %s\n", argv[1]);
	fflush(stdout);

	ret = vfu_server_run(dev.server);

	pthread_mutex_lock(&dev.lock);
	dev.quit = true;
	pthread_cond_signal(&dev.work);
	pthread_mutex_unlock(&dev.lock);
	pthread_join(thread, NULL);
	vfu_server_destroy(dev.server);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
