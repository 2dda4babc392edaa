/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_COLLECTIONS_H
#define PROTON_COLLECTIONS_H 1

/**
 * @file
 * Lists, maps, hashes, strings and iterators, which `object.h` had up to 0.37 and brings for programs of that time.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stdarg.h>
#include <stddef.h>

/**
 * A list of values of one class.
 */
typedef struct pn_list_t pn_list_t;

/**
 * A map from values of one class to values of another.
 */
typedef struct pn_map_t pn_map_t;

/**
 * A map with numbers for keys.
 */
typedef struct pn_hash_t pn_hash_t;

/**
 * Text, or bytes, that can grow.
 */
typedef struct pn_string_t pn_string_t;

/**
 * A walk over the values of something.
 */
typedef struct pn_iterator_t pn_iterator_t;

/**
 * What gives an iterator its next value, and NULL at the end.
 */
typedef void *(*pn_iterator_next_t)(void *state);

#ifdef __cplusplus
extern "C" {
#endif

/** Makes an empty list for values of a class. */
PN_EXTERN pn_list_t *pn_list(const pn_class_t *clazz, size_t capacity);

/** Tells how many elements a list has. */
PN_EXTERN size_t pn_list_size(pn_list_t *list);

/** Gives the element at an index modulo the size. */
PN_EXTERN void *pn_list_get(pn_list_t *list, int index);

/** Replaces the element at an index modulo the size. */
PN_EXTERN void pn_list_set(pn_list_t *list, int index, void *value);

/** Adds a value, and a reference to it, at the end. */
PN_EXTERN int pn_list_add(pn_list_t *list, void *value);

/** Takes the last element out; its reference passes to the caller. */
PN_EXTERN void *pn_list_pop(pn_list_t *list);

/** Gives the position of the first element equal to a value, -1 if there is none. */
PN_EXTERN ssize_t pn_list_index(pn_list_t *list, void *value);

/** Deletes the first element equal to a value, and tells whether there was one. */
PN_EXTERN bool pn_list_remove(pn_list_t *list, void *value);

/** Deletes elements from an index modulo the size on. */
PN_EXTERN void pn_list_del(pn_list_t *list, int index, int n);

/** Deletes all elements. */
PN_EXTERN void pn_list_clear(pn_list_t *list);

/** Adds a value to a list kept as a heap. */
PN_EXTERN void pn_list_minpush(pn_list_t *list, void *value);

/** Takes the smallest element out of a heap; its reference passes to the caller. */
PN_EXTERN void *pn_list_minpop(pn_list_t *list);

/** Starts an iterator over a list, which must outlive the iteration. */
PN_EXTERN void pn_list_iterator(pn_list_t *list, pn_iterator_t *iter);

/** Makes an iterator over nothing. */
PN_EXTERN pn_iterator_t *pn_iterator(void);

/** Starts an iterator and gives its state, zeroed, for filling in. */
PN_EXTERN void *pn_iterator_start(pn_iterator_t *iterator, pn_iterator_next_t next, size_t size);

/** Gives the next element, NULL at the end. */
PN_EXTERN void *pn_iterator_next(pn_iterator_t *iterator);

/** Makes an empty map; it grows as it needs, whatever the hints. */
PN_EXTERN pn_map_t *pn_map(const pn_class_t *key, const pn_class_t *value, size_t capacity, float load_factor);

/** Tells how many keys there are. */
PN_EXTERN size_t pn_map_size(pn_map_t *map);

/** Sets the value of a key. */
PN_EXTERN int pn_map_put(pn_map_t *map, void *key, void *value);

/** Gives the value of a key, NULL if it has none. */
PN_EXTERN void *pn_map_get(pn_map_t *map, void *key);

/** Deletes a key, if it is there. */
PN_EXTERN void pn_map_del(pn_map_t *map, void *key);

/** Begins an iteration: the first entry, NULL if there is none. */
PN_EXTERN pn_handle_t pn_map_head(pn_map_t *map);

/** Goes on with an iteration: the entry after this one, NULL at the end. */
PN_EXTERN pn_handle_t pn_map_next(pn_map_t *map, pn_handle_t entry);

/** Gives the key of an entry. */
PN_EXTERN void *pn_map_key(pn_map_t *map, pn_handle_t entry);

/** Gives the value of an entry. */
PN_EXTERN void *pn_map_value(pn_map_t *map, pn_handle_t entry);

/** Makes an empty map with numbers for keys. */
PN_EXTERN pn_hash_t *pn_hash(const pn_class_t *clazz, size_t capacity, float load_factor);

/** Tells how many keys there are. */
PN_EXTERN size_t pn_hash_size(pn_hash_t *hash);

/** Sets the value of a key. */
PN_EXTERN int pn_hash_put(pn_hash_t *hash, size_t key, void *value);

/** Gives the value of a key, NULL if it has none. */
PN_EXTERN void *pn_hash_get(pn_hash_t *hash, size_t key);

/** Deletes a key, if it is there. */
PN_EXTERN void pn_hash_del(pn_hash_t *hash, size_t key);

/** Begins an iteration: the first entry, NULL if there is none. */
PN_EXTERN pn_handle_t pn_hash_head(pn_hash_t *hash);

/** Goes on with an iteration: the entry after this one, NULL at the end. */
PN_EXTERN pn_handle_t pn_hash_next(pn_hash_t *hash, pn_handle_t entry);

/** Gives the key of an entry. */
PN_EXTERN size_t pn_hash_key(pn_hash_t *hash, pn_handle_t entry);

/** Gives the value of an entry. */
PN_EXTERN void *pn_hash_value(pn_hash_t *hash, pn_handle_t entry);

/** Makes a string object; NULL gives the null string. */
PN_EXTERN pn_string_t *pn_string(const char *bytes);

/** Makes a string object from n bytes; NULL gives the null string. */
PN_EXTERN pn_string_t *pn_stringn(const char *bytes, size_t n);

/** Gives the text, valid until the string changes; NULL for the null string. */
PN_EXTERN const char *pn_string_get(pn_string_t *string);

/** Gives the length of the text. */
PN_EXTERN size_t pn_string_size(pn_string_t *string);

/** Replaces the text; NULL gives the null string. */
PN_EXTERN int pn_string_set(pn_string_t *string, const char *bytes);

/** Replaces the text by n bytes; NULL gives the null string. */
PN_EXTERN int pn_string_setn(pn_string_t *string, const char *bytes, size_t n);

/** Copies text and NUL to a buffer, and gives the length; -1 for the null string. */
PN_EXTERN ssize_t pn_string_put(pn_string_t *string, char *dst);

/** Makes it the null string. */
PN_EXTERN void pn_string_clear(pn_string_t *string);

/** Makes room for a text of this length. */
PN_EXTERN int pn_string_grow(pn_string_t *string, size_t capacity);

/** Sets the length of the text. */
PN_EXTERN int pn_string_resize(pn_string_t *string, size_t size);

/** Gives the buffer, writable up to the capacity, valid until the string grows. */
PN_EXTERN char *pn_string_buffer(pn_string_t *string);

/** Tells how long a text fits without growing. */
PN_EXTERN size_t pn_string_capacity(pn_string_t *string);

/** Copies the text of another string. */
PN_EXTERN int pn_string_copy(pn_string_t *string, pn_string_t *src);

/** Replaces the text of a string by one made as by printf. */
PN_EXTERN int pn_string_format(pn_string_t *string, const char *format, ...)
  PN_PRINTF_FORMAT_ATTR(2, 3);

/** Replaces the text of a string by one made as by vprintf. */
PN_EXTERN int pn_string_vformat(pn_string_t *string, const char *format, va_list ap)
  PN_PRINTF_FORMAT_ATTR(2, 0);

/** Adds text made as by printf to a string that is not the null string. */
PN_EXTERN int pn_string_addf(pn_string_t *string, const char *format, ...)
  PN_PRINTF_FORMAT_ATTR(2, 3);

/** Adds text made as by vprintf to a string that is not the null string. */
PN_EXTERN int pn_string_vaddf(pn_string_t *string, const char *format, va_list ap)
  PN_PRINTF_FORMAT_ATTR(2, 0);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_COLLECTIONS_H */
