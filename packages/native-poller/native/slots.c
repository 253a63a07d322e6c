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

static void rest(struct gev_slots *slots, uint32_t index, enum gev_slot_kind kind) {
  struct gev_slot *slot = gev_slots_at(slots, index);
  slot->kind = (uint8_t)kind;
  slot->fd = -1;
  slot->first_order = slots->resting;
  slots->resting = (int32_t)index;
  slots->used--;
}

void gev_slots_give_back(struct gev_slots *slots, uint32_t index) {
  rest(slots, index, GEV_FREE);
}

void gev_slots_fail(struct gev_slots *slots, uint32_t index) {
  rest(slots, index, GEV_FAILED_CONNECTION);
}

void gev_slots_recycle(struct gev_slots *slots) {
  while (slots->resting >= 0) {
    int32_t index = slots->resting;
    struct gev_slot *slot = gev_slots_at(slots, (uint32_t)index);
    slots->resting = slot->first_order;
    if (slot->kind == GEV_FAILED_CONNECTION && !(slot->flags & GEV_TCP)) free(slot->peer_path);
    slot->kind = GEV_FREE;
    /* Its generations are used up, and so is the slot. */
    if (slot->generation >= GEV_MAX_GENERATION) continue;
    slot->first_order = slots->free;
    slots->free = index;
  }
}
