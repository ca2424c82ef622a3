/* Somebody's pool of IDs: it knows nothing of amdvi, and stays as it is. */
#ifndef FOREIGN_POOL_H
#define FOREIGN_POOL_H

struct id_pool;

struct id_pool *id_pool_create(int first, int last);
void id_pool_destroy(struct id_pool *pool);
int id_pool_get(struct id_pool *pool);          /* the lowest free ID, or -1 */
int id_pool_claim(struct id_pool *pool, int id); /* 0, or -1: taken */
int id_pool_put(struct id_pool *pool, int id);   /* 0, or -1: not taken */

#endif
