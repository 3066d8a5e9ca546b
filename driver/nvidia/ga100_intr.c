// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: a copy engine announces what it got done, the rings that it serves are
 * looked at. One message tells of everything; a tree of registers says what it was.
 */
#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/pci.h>

#include "../gantry_device.h"
#include "../gantry_ring.h"
#include "ga100.h"
#include "ga100_regs.h"

static u32 ga100_leaf(u32 vector)
{
	return vector / 32;
}

static void ga100_irq_mark(struct ga100_card *card, u32 leaf, u32 pending)
{
	u32 i;

	for (i = 0; i < card->runlist_count; i++) {
		u32 vector = card->runlists[i].vector;

		if (ga100_leaf(vector) == leaf && pending & BIT(vector % 32))
			set_bit(i, &card->irq_runlists);
	}
}

/*
 * With the tree's top closed no message is on its way; opening it sends one if there
 * is something that was not here when it was looked for.
 */
static irqreturn_t ga100_irq(int irq, void *priv)
{
	struct ga100_card *card = priv;
	u32 leaf;

	writel(U32_MAX, card->regs + GA100_INTR_TOP_EN_CLEAR);
	for_each_set_bit(leaf, &card->irq_leaves, GA100_INTR_LEAVES) {
		u32 pending = readl(card->regs + GA100_INTR_LEAF(leaf));

		if (!pending)
			continue;
		/* Before anybody looks: what is done after that comes again. */
		writel(pending, card->regs + GA100_INTR_LEAF(leaf));
		ga100_irq_mark(card, leaf, pending);
	}
	writel(U32_MAX, card->regs + GA100_INTR_TOP_EN_SET);
	queue_work(system_bh_wq, &card->irq_work);
	return IRQ_HANDLED;
}

static void ga100_irq_work(struct work_struct *work)
{
	struct ga100_card *card = container_of(work, struct ga100_card, irq_work);
	unsigned long runlists = xchg(&card->irq_runlists, 0);
	u32 i;

	for_each_set_bit(i, &runlists, GA100_RUNLISTS_MAX)
		gantry_engine_service(card->gdev, i);
}

/**
 * ga100_intr_alloc - take the card's interrupt
 * @gdev: its runlists are known
 *
 * Return: 0 or an error; then nothing is left to undo.
 */
int ga100_intr_alloc(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct ga100_card *card = gdev->priv;
	u32 i;
	int ret;

	for (i = 0; i < card->runlist_count; i++) {
		if (card->runlists[i].vector >= GA100_INTR_VECTORS)
			return -ENODEV;
		__set_bit(ga100_leaf(card->runlists[i].vector), &card->irq_leaves);
	}
	INIT_WORK(&card->irq_work, ga100_irq_work);
	/* Plain MSI would have to be armed again after each message. */
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);
	if (ret < 0)
		return ret;
	card->irq = pci_irq_vector(pdev, 0);
	ret = request_irq(card->irq, ga100_irq, 0, "gantry", card);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

/* Undo ga100_intr_alloc(). */
void ga100_intr_free(struct gantry_device *gdev)
{
	struct ga100_card *card = gdev->priv;
	u32 leaf;

	for (leaf = 0; leaf < GA100_INTR_LEAVES; leaf++)
		writel(U32_MAX, card->regs + GA100_INTR_LEAF_EN_CLEAR(leaf));
	free_irq(card->irq, card);
	cancel_work_sync(&card->irq_work);
	pci_free_irq_vectors(gantry_pci_dev(gdev));
}

/**
 * ga100_intr_init - let copy engines, and nothing else, interrupt
 * @card: fresh from a reset
 */
void ga100_intr_init(struct ga100_card *card)
{
	u32 i;

	for (i = 0; i < GA100_INTR_LEAVES; i++) {
		writel(U32_MAX, card->regs + GA100_INTR_LEAF_EN_CLEAR(i));
		writel(U32_MAX, card->regs + GA100_INTR_LEAF(i));
	}
	for (i = 0; i < card->runlist_count; i++) {
		u32 vector = card->runlists[i].vector;

		writel(BIT(vector % 32), card->regs + GA100_INTR_LEAF_EN_SET(ga100_leaf(vector)));
	}
	writel(U32_MAX, card->regs + GA100_INTR_TOP_EN_SET);
}
