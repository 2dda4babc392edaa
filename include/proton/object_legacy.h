/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_OBJECT_LEGACY_H
#define PROTON_OBJECT_LEGACY_H 1

/**
 * @file
 * Functions on classes and objects, which `object.h` had up to 0.37 and brings for programs of that time.
 */

#include <proton/collections.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Adds a reference through a class and returns the object. */
PN_EXTERN void *pn_class_incref(const pn_class_t *clazz, void *object);

/** Takes a reference through a class and returns how many are left. */
PN_EXTERN int pn_class_decref(const pn_class_t *clazz, void *object);

/** Tells how many references there are, through a class. */
PN_EXTERN int pn_class_refcount(const pn_class_t *clazz, void *object);

/** Ends an object with one reference, or one that is not counted, through a class. */
PN_EXTERN void pn_class_free(const pn_class_t *clazz, void *object);

/** Gives the class that is really responsible for an object. */
PN_EXTERN const pn_class_t *pn_class_reify(const pn_class_t *clazz, void *object);

/** Hashes an object through a class. */
PN_EXTERN size_t pn_class_hashcode(const pn_class_t *clazz, void *object);

/** Orders two objects through a class. */
PN_EXTERN intptr_t pn_class_compare(const pn_class_t *clazz, void *a, void *b);

/** Tells whether two objects are equal, through a class. */
PN_EXTERN bool pn_class_equals(const pn_class_t *clazz, void *a, void *b);

/** Appends text for an object to a string, through a class. */
PN_EXTERN int pn_class_inspect(const pn_class_t *clazz, void *object, pn_string_t *dst);

/** Hashes a counted object. */
PN_EXTERN size_t pn_hashcode(void *object);

/** Orders two counted objects. */
PN_EXTERN intptr_t pn_compare(void *a, void *b);

/** Tells whether two counted objects are equal. */
PN_EXTERN bool pn_equals(void *a, void *b);

/** Appends text for a counted object to a string. */
PN_EXTERN int pn_inspect(void *object, pn_string_t *dst);

/** Makes a zeroed counted object that remembers its class. */
PN_EXTERN void *pn_object_new(const pn_class_t *clazz, size_t size);

/** Adds one to the count of an object, and does nothing else. */
PN_EXTERN void pn_object_incref(void *object);

/** Takes one from the count of an object, and does nothing else. */
PN_EXTERN void pn_object_decref(void *object);

/** Reads the count of an object. */
PN_EXTERN int pn_object_refcount(void *object);

/** Gives the class an object was made with. */
PN_EXTERN const pn_class_t *pn_object_reify(void *object);

/** Gives the memory of an object back without finalizing it. */
PN_EXTERN void pn_object_free(void *object);

/** Gives plain memory, as malloc does. */
PN_EXTERN void *pn_void_new(const pn_class_t *clazz, size_t size);

/** Does nothing: plain pointers are not counted. */
PN_EXTERN void pn_void_incref(void *object);

/** Does nothing: plain pointers are not counted. */
PN_EXTERN void pn_void_decref(void *object);

/** Gives -1: plain pointers are not counted. */
PN_EXTERN int pn_void_refcount(void *object);

/** Gives the address. */
PN_EXTERN size_t pn_void_hashcode(void *object);

/** Gives the distance of two addresses. */
PN_EXTERN intptr_t pn_void_compare(void *a, void *b);

/** Appends an address to a string. */
PN_EXTERN int pn_void_inspect(void *object, pn_string_t *dst);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_OBJECT_LEGACY_H */
