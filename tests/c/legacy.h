/* What the headers up to 0.37 declared and newer ones do not: the class struct, collections, strings, iterators.
 *
 * Programs of that time pass the address of the symbol PN_OBJECT. Here it is asked of the loader, since a program
 * that is linked with one library and run with another must not copy a symbol whose size differs between the two.
 */
#ifndef LEGACY_H
#define LEGACY_H

#include "transcript.h"

#include <dlfcn.h>

typedef struct pn_string_t pn_string_t;
typedef struct pn_list_t pn_list_t;
typedef struct pn_map_t pn_map_t;
typedef struct pn_hash_t pn_hash_t;
typedef struct pn_iterator_t pn_iterator_t;
typedef void *(*pn_iterator_next_t)(void *state);

struct pn_class_t {
    const char *name;
    pn_cid_t cid;
    void *(*newinst)(const pn_class_t *, size_t);
    void (*initialize)(void *);
    void (*incref)(void *);
    void (*decref)(void *);
    int (*refcount)(void *);
    void (*finalize)(void *);
    void (*free)(void *);
    const pn_class_t *(*reify)(void *);
    uintptr_t (*hashcode)(void *);
    intptr_t (*compare)(void *, void *);
    int (*inspect)(void *, pn_string_t *);
};

void *pn_class_incref(const pn_class_t *, void *);
int pn_class_decref(const pn_class_t *, void *);
int pn_class_refcount(const pn_class_t *, void *);
void pn_class_free(const pn_class_t *, void *);
const pn_class_t *pn_class_reify(const pn_class_t *, void *);
uintptr_t pn_class_hashcode(const pn_class_t *, void *);
intptr_t pn_class_compare(const pn_class_t *, void *, void *);
bool pn_class_equals(const pn_class_t *, void *, void *);
int pn_class_inspect(const pn_class_t *, void *, pn_string_t *);
uintptr_t pn_hashcode(void *);
intptr_t pn_compare(void *, void *);
bool pn_equals(void *, void *);
int pn_inspect(void *, pn_string_t *);

void *pn_object_new(const pn_class_t *, size_t);
void pn_object_incref(void *);
void pn_object_decref(void *);
int pn_object_refcount(void *);
void pn_object_free(void *);
const pn_class_t *pn_object_reify(void *);
void *pn_void_new(const pn_class_t *, size_t);
void pn_void_incref(void *);
void pn_void_decref(void *);
int pn_void_refcount(void *);
uintptr_t pn_void_hashcode(void *);
intptr_t pn_void_compare(void *, void *);
int pn_void_inspect(void *, pn_string_t *);

pn_string_t *pn_string(const char *);
pn_string_t *pn_stringn(const char *, size_t);
const char *pn_string_get(pn_string_t *);
size_t pn_string_size(pn_string_t *);
int pn_string_set(pn_string_t *, const char *);
int pn_string_setn(pn_string_t *, const char *, size_t);
ssize_t pn_string_put(pn_string_t *, char *);
void pn_string_clear(pn_string_t *);
int pn_string_format(pn_string_t *, const char *, ...) __attribute__((format(printf, 2, 3)));
int pn_string_vformat(pn_string_t *, const char *, va_list);
int pn_string_addf(pn_string_t *, const char *, ...) __attribute__((format(printf, 2, 3)));
int pn_string_vaddf(pn_string_t *, const char *, va_list);
int pn_string_grow(pn_string_t *, size_t);
char *pn_string_buffer(pn_string_t *);
size_t pn_string_capacity(pn_string_t *);
int pn_string_resize(pn_string_t *, size_t);
int pn_string_copy(pn_string_t *, pn_string_t *);

pn_list_t *pn_list(const pn_class_t *, size_t);
size_t pn_list_size(pn_list_t *);
void *pn_list_get(pn_list_t *, int);
void pn_list_set(pn_list_t *, int, void *);
int pn_list_add(pn_list_t *, void *);
void *pn_list_pop(pn_list_t *);
ssize_t pn_list_index(pn_list_t *, void *);
bool pn_list_remove(pn_list_t *, void *);
void pn_list_del(pn_list_t *, int, int);
void pn_list_clear(pn_list_t *);
void pn_list_iterator(pn_list_t *, pn_iterator_t *);
void pn_list_minpush(pn_list_t *, void *);
void *pn_list_minpop(pn_list_t *);

pn_map_t *pn_map(const pn_class_t *, const pn_class_t *, size_t, float);
size_t pn_map_size(pn_map_t *);
int pn_map_put(pn_map_t *, void *, void *);
void *pn_map_get(pn_map_t *, void *);
void pn_map_del(pn_map_t *, void *);
pn_handle_t pn_map_head(pn_map_t *);
pn_handle_t pn_map_next(pn_map_t *, pn_handle_t);
void *pn_map_key(pn_map_t *, pn_handle_t);
void *pn_map_value(pn_map_t *, pn_handle_t);

pn_hash_t *pn_hash(const pn_class_t *, size_t, float);
size_t pn_hash_size(pn_hash_t *);
int pn_hash_put(pn_hash_t *, uintptr_t, void *);
void *pn_hash_get(pn_hash_t *, uintptr_t);
void pn_hash_del(pn_hash_t *, uintptr_t);
pn_handle_t pn_hash_head(pn_hash_t *);
pn_handle_t pn_hash_next(pn_hash_t *, pn_handle_t);
uintptr_t pn_hash_key(pn_hash_t *, pn_handle_t);
void *pn_hash_value(pn_hash_t *, pn_handle_t);

pn_iterator_t *pn_iterator(void);
void *pn_iterator_start(pn_iterator_t *, pn_iterator_next_t, size_t);
void *pn_iterator_next(pn_iterator_t *);

static const pn_class_t *object_class, *void_class, *weak_class;

/* Must run before the classes are used. */
static MAYBE void find_classes(void)
{
    void *self = dlopen(NULL, RTLD_LAZY);
    object_class = dlsym(self, "PN_OBJECT");
    void_class = dlsym(self, "PN_VOID");
    weak_class = dlsym(self, "PN_WEAKREF");
    dlclose(self);
}

/* Text with every address replaced, as addresses vary. */
static MAYBE const char *without_addresses(const char *from)
{
    static char pool[4][2048];
    static unsigned turn;
    char *out = pool[turn++ % 4];
    size_t at = 0;
    if (!from) return "(null)";
    while (*from && at < sizeof pool[0] - 16) {
        if (from[0] == '0' && from[1] == 'x') {
            from += 2 + strspn(from + 2, "0123456789abcdef");
            at += (size_t)sprintf(out + at, "ADDRESS");
        } else {
            out[at++] = *from++;
        }
    }
    out[at] = '\0';
    return out;
}

/* What inspecting an object gives, without addresses. */
static MAYBE const char *object_text(void *object)
{
    static char pool[4][2048];
    static unsigned turn;
    char *out = pool[turn++ % 4];
    pn_string_t *string = pn_string("");
    int result = pn_inspect(object, string);
    snprintf(out, sizeof pool[0], "%d:%s", result, without_addresses(pn_string_get(string)));
    pn_free(string);
    return out;
}

static MAYBE const char *class_text(const pn_class_t *class)
{
    return class ? text(pn_class_name(class)) : "(no class)";
}

#endif
