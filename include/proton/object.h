/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_OBJECT_H
#define PROTON_OBJECT_H 1

/**
 * @file
 * The object model: reference counts, classes that programs may add to, and records of attached values.
 */

#include <proton/cid.h>
#include <proton/collections.h>
#include <proton/import_export.h>
#include <proton/object_legacy.h>
#include <proton/type_compat.h>
#include <proton/types.h>

/**
 * Defines a handle with the given name, at file scope, that no other handle in the process equals.
 */
#define PN_HANDLE(name) \
  static char name##_place_; \
  static const pn_handle_t name = (pn_handle_t)&name##_place_;

/**
 * The handle under which the `get_context` and `set_context` functions keep their pointer.
 */
#define PN_LEGCTX ((pn_handle_t)0)

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The class of counted objects: what is stored with it is held by a reference.
 */
PN_EXTERN extern const pn_class_t *PN_OBJECT;

/**
 * The class of plain pointers: what is stored with it is neither counted nor freed.
 */
PN_EXTERN extern const pn_class_t *PN_VOID;

/**
 * Makes a class for objects of the program.
 *
 * Every function may be NULL, which gives the ordinary behaviour: zeroed memory, a reference count kept by the
 * library, and nothing done at the end but freeing the memory. Classes live until the process ends.
 *
 * @param[in] name the name of the class; it is not copied and must stay
 * @param[in] initialize called with each new object
 * @param[in] finalize called with an object whose last reference is gone, before its memory is freed
 * @param[in] incref adds a reference
 * @param[in] decref takes a reference
 * @param[in] refcount tells how many references there are
 * @return the class
 */
PN_EXTERN pn_class_t *pn_class_create(const char *name,
                                      void (*initialize)(void*),
                                      void (*finalize)(void*),
                                      void (*incref)(void*),
                                      void (*decref)(void*),
                                      int (*refcount)(void*));

/**
 * Gives the name of a class.
 *
 * @param[in] clazz a class
 * @return the name, as long as the class lives
 */
PN_EXTERN const char *pn_class_name(const pn_class_t *clazz);

/**
 * Gives the number of a class.
 *
 * @param[in] clazz a class
 * @return the number, see pn_cid_t
 */
PN_EXTERN pn_cid_t pn_class_id(const pn_class_t *clazz);

/**
 * Makes an object of a class.
 *
 * @param[in] clazz the class
 * @param[in] size how many bytes the object has
 * @return the object, zeroed before the initializer of the class runs, aligned to 16 bytes, with one reference;
 * NULL when there is no memory or the class does not let programs make its objects
 */
PN_EXTERN void *pn_class_new(const pn_class_t *clazz,
                             size_t size);

/**
 * Gives the class of an object.
 *
 * @param[in] object a counted object, or NULL
 * @return the class the object was made with; PN_OBJECT for NULL
 */
PN_EXTERN const pn_class_t *pn_class(void *object);

/**
 * Adds a reference to an object.
 *
 * @param[in] object a counted object, or NULL
 * @return the object
 */
PN_EXTERN void *pn_incref(void *object);

/**
 * Takes a reference from an object. The last one ends it.
 *
 * @param[in] object a counted object to which the caller holds a reference, or NULL
 * @return how many references are left; 0 for NULL
 */
PN_EXTERN int pn_decref(void *object);

/**
 * Tells how many references to an object there are.
 *
 * @param[in] object a counted object, or NULL
 * @return the number of references; -1 if the object is not counted, 0 for NULL
 */
PN_EXTERN int pn_refcount(void *object);

/**
 * Ends an object that nobody else holds; while others do, it only takes the caller's reference.
 *
 * @param[in] object a counted object to which the caller holds a reference, or NULL
 */
PN_EXTERN void pn_free(void *object);

/**
 * Shows an object as text, for people to read. The form of the text is not fixed.
 *
 * @param[in] object a counted object, or NULL
 * @return the text, to be released with free(); NULL when there is no memory
 */
PN_EXTERN char *pn_tostring(void *object);

/**
 * Makes a record: a store of values under keys, each value counted through the class of its key.
 *
 * @return a new counted object, in which only PN_LEGCTX is defined
 */
PN_EXTERN pn_record_t *pn_record(void);

/**
 * Defines a key. A key that is defined already keeps its class and its value.
 *
 * @param[in] record a record, or NULL
 * @param[in] key a unique address, see PN_HANDLE
 * @param[in] clazz the class of the values
 */
PN_EXTERN void pn_record_def(pn_record_t *record, pn_handle_t key, const pn_class_t *clazz);

/**
 * Tells whether a key is defined.
 *
 * @param[in] record a record, or NULL
 * @param[in] key the key
 * @return true if it is; false for NULL
 */
PN_EXTERN bool pn_record_has(pn_record_t *record, pn_handle_t key);

/**
 * Gives the value of a key. The record keeps its reference.
 *
 * @param[in] record a record, or NULL
 * @param[in] key the key
 * @return the value; NULL if it was not set or the key is not defined
 */
PN_EXTERN void *pn_record_get(pn_record_t *record, pn_handle_t key);

/**
 * Sets the value of a defined key; nothing happens if the key is not defined.
 *
 * The record takes a reference to the new value, then gives up the one to the old value.
 *
 * @param[in] record a record, or NULL
 * @param[in] key the key
 * @param[in] value an object of the class of the key, or NULL
 */
PN_EXTERN void pn_record_set(pn_record_t *record, pn_handle_t key, void *value);

/**
 * Forgets all keys but PN_LEGCTX, and all values.
 *
 * @param[in] record a record, or NULL
 */
PN_EXTERN void pn_record_clear(pn_record_t *record);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_OBJECT_H */
