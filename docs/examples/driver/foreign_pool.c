#include "foreign_pool.h"

#include <stdlib.h>

struct id_pool {
  int first, last;
  unsigned char taken[65536];
};

struct id_pool *id_pool_create(int first, int last) {
  struct id_pool *pool = calloc(1, sizeof *pool);
  if (pool) {
    pool->first = first;
    pool->last = last;
  }
  return pool;
}

void id_pool_destroy(struct id_pool *pool) { free(pool); }

int id_pool_get(struct id_pool *pool) {
  for (int id = pool->first; id <= pool->last; ++id) {
    if (!pool->taken[id]) return pool->taken[id] = 1, id;
  }
  return -1;
}

int id_pool_claim(struct id_pool *pool, int id) {
  if (pool->taken[id]) return -1;
  pool->taken[id] = 1;
  return 0;
}

int id_pool_put(struct id_pool *pool, int id) {
  if (!pool->taken[id]) return -1;
  pool->taken[id] = 0;
  return 0;
}
