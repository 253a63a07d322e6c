#include "slots.h"

#include <errno.h>
#include <stdlib.h>

int gev_slots_open(struct gev_slots *slots, uint32_t limit) {
  size_t pages = ((size_t)limit + GEV_PAGE_SLOTS - 1) >> GEV_PAGE_BITS;
  slots->pages = calloc(pages, sizeof *slots->pages);
  slots->count = 0;
  slots->limit = limit;
  slots->used = 0;
  slots->free = -1;
  slots->resting = -1;
  slots->last_resting = -1;
  return slots->pages == NULL ? ENOMEM : 0;
}

void gev_slots_close(struct gev_slots *slots) {
  if (slots->pages == NULL) return;
  uint32_t pages = (slots->count + GEV_PAGE_SLOTS - 1) >> GEV_PAGE_BITS;
  for (uint32_t i = 0; i < pages; i++) free(slots->pages[i]);
  free(slots->pages);
  slots->pages = NULL;
  slots->count = 0;
}

static int32_t take_fresh(struct gev_slots *slots) {
  uint32_t index = slots->count;
  if (index == slots->limit) return -ENOBUFS;
  uint32_t page = index >> GEV_PAGE_BITS;
  if ((index & (GEV_PAGE_SLOTS - 1)) == 0) {
    slots->pages[page] = calloc(GEV_PAGE_SLOTS, sizeof(struct gev_slot));
    if (slots->pages[page] == NULL) return -ENOMEM;
  }
  slots->count++;
  return (int32_t)index;
}

int32_t gev_slots_take(struct gev_slots *slots) {
  int32_t index = slots->free;
  if (index >= 0) {
    slots->free = gev_slots_at(slots, (uint32_t)index)->first_order;
  } else {
    index = take_fresh(slots);
    if (index < 0) return index;
  }
  struct gev_slot *slot = gev_slots_at(slots, (uint32_t)index);
  uint32_t generation = slot->generation + 1;
  *slot = (struct gev_slot){.fd = -1, .generation = generation, .first_order = -1};
  slots->used++;
  return index;
}

void gev_slots_give_back(struct gev_slots *slots, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(slots, index);
  slot->kind = GEV_FREE;
  slot->fd = -1;
  slots->used--;
  if (slot->generation >= GEV_MAX_GENERATION) return;
  if (slots->resting < 0) slots->last_resting = (int32_t)index;
  slot->first_order = slots->resting;
  slots->resting = (int32_t)index;
}

void gev_slots_recycle(struct gev_slots *slots) {
  if (slots->resting < 0) return;
  gev_slots_at(slots, (uint32_t)slots->last_resting)->first_order = slots->free;
  slots->free = slots->resting;
  slots->resting = -1;
}
