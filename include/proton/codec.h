/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_CODEC_H
#define PROTON_CODEC_H 1

/**
 * @file
 * AMQP values: a tree that is filled, read, encoded and decoded through a cursor.
 */

#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/object.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The types of AMQP values. */
typedef enum pn_type_t {
  /** No value. */
  PN_INVALID = -1,
  /** Null. */
  PN_NULL = 1,
  /** A boolean. */
  PN_BOOL = 2,
  /** An unsigned 8-bit integer. */
  PN_UBYTE = 3,
  /** A signed 8-bit integer. */
  PN_BYTE = 4,
  /** An unsigned 16-bit integer. */
  PN_USHORT = 5,
  /** A signed 16-bit integer. */
  PN_SHORT = 6,
  /** An unsigned 32-bit integer. */
  PN_UINT = 7,
  /** A signed 32-bit integer. */
  PN_INT = 8,
  /** A Unicode character. */
  PN_CHAR = 9,
  /** An unsigned 64-bit integer. */
  PN_ULONG = 10,
  /** A signed 64-bit integer. */
  PN_LONG = 11,
  /** Milliseconds since 1970. */
  PN_TIMESTAMP = 12,
  /** A 32-bit floating-point number. */
  PN_FLOAT = 13,
  /** A 64-bit floating-point number. */
  PN_DOUBLE = 14,
  /** A 32-bit decimal number. */
  PN_DECIMAL32 = 15,
  /** A 64-bit decimal number. */
  PN_DECIMAL64 = 16,
  /** A 128-bit decimal number. */
  PN_DECIMAL128 = 17,
  /** A universally unique identifier. */
  PN_UUID = 18,
  /** Bytes. */
  PN_BINARY = 19,
  /** UTF-8 text. */
  PN_STRING = 20,
  /** An ASCII name from a limited set. */
  PN_SYMBOL = 21,
  /** A descriptor and the value it describes. */
  PN_DESCRIBED = 22,
  /** Values of one type. */
  PN_ARRAY = 23,
  /** Values of any type. */
  PN_LIST = 24,
  /** Pairs of key and value. */
  PN_MAP = 25,
} pn_type_t;

/**
 * AMQP values in a tree, with a cursor.
 * The cursor stands on a value or before the first one, at the top level or inside a compound. A value that is put
 * goes behind the current one, in place of what is there, and becomes current. Every function takes NULL for the
 * object and then does nothing. Bytes that a function returns stay valid until the object is changed or freed.
 */
typedef struct pn_data_t pn_data_t;

/** The content of an atom; the atom's type says which member counts. */
typedef union pn_atom_value_t {
  bool as_bool;
  uint8_t as_ubyte;
  int8_t as_byte;
  uint16_t as_ushort;
  int16_t as_short;
  uint32_t as_uint;
  int32_t as_int;
  pn_char_t as_char;
  uint64_t as_ulong;
  int64_t as_long;
  pn_timestamp_t as_timestamp;
  float as_float;
  double as_double;
  pn_decimal32_t as_decimal32;
  pn_decimal64_t as_decimal64;
  pn_decimal128_t as_decimal128;
  pn_uuid_t as_uuid;
  pn_bytes_t as_bytes;
} pn_atom_value_t;

/** One value that is not a compound. */
typedef struct pn_atom_t {
  /** The type of the value. */
  pn_type_t type;
  /** The value. */
  pn_atom_value_t u;
} pn_atom_t;

/** A message identifier: an atom of type PN_NULL, PN_ULONG, PN_UUID, PN_BINARY or PN_STRING. */
typedef struct pn_atom_t pn_msgid_t;

/**
 * Puts the values that a format names, beginning at the cursor.
 * Letters: n null, o bool (int), B b H h I i L l the integers from ubyte to long, t timestamp, f d float and
 * double, Z z binary (size_t and char*; z takes NULL as null), S s string and symbol (char*, NULL is null),
 * a atom (pn_atom_t*), C a value of another pn_data_t* (NULL or empty is null), M like C with an array of one
 * put as its element, D a described value made of the next two values, [ ] list, { } map, @T[ ] array of the
 * type T (int), *s symbols (int and char**), ? (int) makes the next value null if the int is 0.
 * @param[in] data the object to put into
 * @param[in] fmt the letters, without blanks
 * @return 0, PN_ARG_ERR for an unknown letter, or another error number
 */
PN_EXTERN int pn_data_fill(pn_data_t *data, const char *fmt, ...);

/**
 * Puts the values that a format names, like pn_data_fill().
 * @param[in] data the object to put into
 * @param[in] fmt the letters, see pn_data_fill()
 * @param[in] ap the values
 * @return as pn_data_fill()
 */
PN_EXTERN int pn_data_vfill(pn_data_t *data, const char *fmt, va_list ap);

/**
 * Reads the values that a format names, from the beginning.
 * Letters: n null, o B b H h I i c L l t f d the scalars (pointers to their C types), z S s binary, string,
 * symbol (pn_bytes_t*, valid as long as the object is unchanged), a any scalar (pn_atom_t*), C any value
 * (pn_data_t*, appended to it), . any value, D a described value (its descriptor and value follow), @ an array,
 * [ ] list, { } map, ? (bool*) whether the next letter matched. A value of another type reads as zero.
 * @param[in] data the object to read
 * @param[in] fmt the letters, without blanks
 * @return 0 even if nothing matched, PN_ARG_ERR for an unknown letter, PN_ERR for a bracket without a compound
 */
PN_EXTERN int pn_data_scan(pn_data_t *data,
                           const char *fmt,
                           ...);

/**
 * Reads the values that a format names, like pn_data_scan().
 * @param[in] data the object to read
 * @param[in] fmt the letters, see pn_data_scan()
 * @param[in] ap the places for the values
 * @return as pn_data_scan()
 */
PN_EXTERN int pn_data_vscan(pn_data_t *data, const char *fmt, va_list ap);

/**
 * Gives the name of a type.
 * @param[in] type a type
 * @return constant text such as "PN_INT"; "<UNKNOWN>" for a number that is no type
 */
PN_EXTERN const char *pn_type_name(pn_type_t type);

/**
 * Makes an empty data object.
 * @param[in] capacity how many values are expected; only a hint
 * @return a new object that the caller releases with pn_data_free()
 */
PN_EXTERN pn_data_t *pn_data(size_t capacity);

/**
 * Releases a data object that pn_data() made.
 * @param[in] data the object, or NULL
 */
PN_EXTERN void pn_data_free(pn_data_t *data);

/**
 * Gives the number of the last error of a data object.
 * @return the error number, 0 if there was no error
 */
PN_EXTERN int pn_data_errno(pn_data_t *data);

/**
 * Gives the error object of a data object; later successes do not clear it, pn_data_clear() does.
 * @return the error object, which belongs to data and lives as long; NULL only for NULL
 */
PN_EXTERN pn_error_t *pn_data_error(pn_data_t *data);

/**
 * Removes all values and the error, and puts the cursor to the beginning.
 * @param[in] data the object, or NULL
 */
PN_EXTERN void pn_data_clear(pn_data_t *data);

/**
 * Counts the values made since the object was last cleared, overwritten compounds' content included.
 * @return the number of values at all levels
 */
PN_EXTERN size_t pn_data_size(pn_data_t *data);

/** Puts the cursor to the beginning, or to where pn_data_narrow() put the beginning. */
PN_EXTERN void pn_data_rewind(pn_data_t *data);

/**
 * Moves the cursor to the next value at its level, or to the first one.
 * @return true if there is one; otherwise the cursor stays
 */
PN_EXTERN bool pn_data_next(pn_data_t *data);

/**
 * Moves the cursor to the value before at its level.
 * @return true if there is one; otherwise the cursor stays
 */
PN_EXTERN bool pn_data_prev(pn_data_t *data);

/**
 * Moves the cursor into the current value, before its first child.
 * @return true if there is a current value
 */
PN_EXTERN bool pn_data_enter(pn_data_t *data);

/**
 * Moves the cursor out to the value it was moved into.
 * @return true unless the cursor is at the top level
 */
PN_EXTERN bool pn_data_exit(pn_data_t *data);

/**
 * Searches the keys of an entered map, from the cursor on, and moves to the value of the one found.
 * @param[in] name the key: a string or a symbol with these characters
 * @return true if the key was found; otherwise the cursor is on the last value
 */
PN_EXTERN bool pn_data_lookup(pn_data_t *data, const char *name);

/** Makes the present position the beginning, to which pn_data_rewind() goes. */
PN_EXTERN void pn_data_narrow(pn_data_t *data);

/** Undoes pn_data_narrow(), without moving the cursor. */
PN_EXTERN void pn_data_widen(pn_data_t *data);

/**
 * Gives the type of the current value.
 * @return the type; PN_INVALID if there is no current value
 */
PN_EXTERN pn_type_t pn_data_type(pn_data_t *data);

/**
 * Gives a bookmark of the cursor's position, for pn_data_restore().
 * @return the bookmark, valid until the object is cleared
 */
PN_EXTERN pn_handle_t pn_data_point(pn_data_t *data);

/**
 * Moves the cursor back to a bookmark.
 * @param[in] point a bookmark from pn_data_point()
 * @return true if the bookmark means a position in this object
 */
PN_EXTERN bool pn_data_restore(pn_data_t *data, pn_handle_t point);

/**
 * Limits what later puts and decodings may add to a data object; beyond, they give PN_OUT_OF_MEMORY.
 * The limits stay when the object is cleared. By default there are none.
 * @param[in] data the object, or NULL
 * @param[in] max_nodes the most values, 0 for any number
 * @param[in] max_buf the most bytes of strings, symbols, binaries, uuids and decimal128s, each with one more byte;
 *            0 for any number
 */
PN_EXTERN void pn_data_set_decode_limits(pn_data_t *data,
                                         size_t max_nodes,
                                         size_t max_buf);

/**
 * Writes all values of a data object in AMQP's encoding, wherever the cursor is.
 * @param[out] bytes the buffer
 * @param[in] size its size
 * @return the number of bytes written; PN_OVERFLOW if the buffer is smaller than pn_data_encoded_size(), PN_ERR if a
 *         value cannot be encoded
 */
PN_EXTERN ssize_t pn_data_encode(pn_data_t *data,
                                   char *bytes,
                                   size_t size);

/**
 * Computes how many bytes pn_data_encode() writes.
 * @return the number of bytes, or PN_ERR if a value cannot be encoded
 */
PN_EXTERN ssize_t pn_data_encoded_size(pn_data_t *data);

/**
 * Decodes one value and puts it at the cursor.
 * @param[in] bytes the encoded value; more may follow it
 * @param[in] size how many bytes there are
 * @return the number of bytes that the value took; PN_UNDERFLOW if it is not complete, PN_ARG_ERR if it is malformed,
 *         PN_OUT_OF_MEMORY if it exceeds a limit. After an error part of the value may have been put
 */
PN_EXTERN ssize_t pn_data_decode(pn_data_t *data,
                                   const char *bytes,
                                   size_t size);

/**
 * Puts an empty list; enter it to put its values.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_list(pn_data_t *data);

/**
 * Puts an empty map; enter it to put keys and values in turn.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_map(pn_data_t *data);

/**
 * Puts a described value; enter it to put the descriptor and then the value.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_described(pn_data_t *data);

/**
 * Puts null.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_null(pn_data_t *data);

/**
 * Puts an empty array; enter it to put its elements, after the descriptor if it is described.
 * @param[in] described whether the first value put into it is a descriptor
 * @param[in] type the type of the elements
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_array(pn_data_t *data, bool described, pn_type_t type);

/**
 * Puts a boolean.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_bool(pn_data_t *data, bool b);

/**
 * Puts an unsigned 8-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_ubyte(pn_data_t *data, uint8_t ub);

/**
 * Puts a signed 8-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_byte(pn_data_t *data, int8_t b);

/**
 * Puts an unsigned 16-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_ushort(pn_data_t *data, uint16_t us);

/**
 * Puts a signed 16-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_short(pn_data_t *data, int16_t s);

/**
 * Puts an unsigned 32-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_uint(pn_data_t *data, uint32_t ui);

/**
 * Puts a signed 32-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_int(pn_data_t *data, int32_t i);

/**
 * Puts a Unicode character.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_char(pn_data_t *data, pn_char_t c);

/**
 * Puts an unsigned 64-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_ulong(pn_data_t *data, uint64_t ul);

/**
 * Puts a signed 64-bit integer.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_long(pn_data_t *data, int64_t l);

/**
 * Puts a timestamp.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_timestamp(pn_data_t *data, pn_timestamp_t t);

/**
 * Puts a 32-bit floating-point number.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_float(pn_data_t *data, float f);

/**
 * Puts a 64-bit floating-point number.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_double(pn_data_t *data, double d);

/**
 * Puts a 32-bit decimal number.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_decimal32(pn_data_t *data, pn_decimal32_t d);

/**
 * Puts a 64-bit decimal number.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_decimal64(pn_data_t *data, pn_decimal64_t d);

/**
 * Puts a 128-bit decimal number.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_decimal128(pn_data_t *data, pn_decimal128_t d);

/**
 * Puts a UUID.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_uuid(pn_data_t *data, pn_uuid_t u);

/**
 * Puts bytes; the bytes are copied, and may be bytes of the same object.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_binary(pn_data_t *data, pn_bytes_t bytes);

/**
 * Puts a string; the bytes are copied, and may be bytes of the same object.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_string(pn_data_t *data, pn_bytes_t string);

/**
 * Puts a symbol; the bytes are copied, and may be bytes of the same object.
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_symbol(pn_data_t *data, pn_bytes_t symbol);

/**
 * Puts a value whose type the atom tells; of a compound, an empty one.
 * @param[in] atom the value; bytes are copied
 * @return 0, or PN_OUT_OF_MEMORY if a limit is reached
 */
PN_EXTERN int pn_data_put_atom(pn_data_t *data, pn_atom_t atom);

/**
 * Counts the values in the current list.
 * @return the number; 0 if the current value is no list
 */
PN_EXTERN size_t pn_data_get_list(pn_data_t *data);

/**
 * Counts the keys and values, together, in the current map.
 * @return the number; 0 if the current value is no map
 */
PN_EXTERN size_t pn_data_get_map(pn_data_t *data);

/**
 * Counts the elements in the current array, without its descriptor.
 * @return the number; 0 if the current value is no array
 */
PN_EXTERN size_t pn_data_get_array(pn_data_t *data);

/**
 * Tells whether the current value is an array with a descriptor.
 * @return true if it is
 */
PN_EXTERN bool pn_data_is_array_described(pn_data_t *data);

/**
 * Gives the type of the current array's elements.
 * @return the type; PN_INVALID if the current value is no array
 */
PN_EXTERN pn_type_t pn_data_get_array_type(pn_data_t *data);

/**
 * Tells whether the current value is a described value.
 * @return true if it is
 */
PN_EXTERN bool pn_data_is_described(pn_data_t *data);

/**
 * Tells whether the current value is null.
 * @return true if it is; false if there is no current value
 */
PN_EXTERN bool pn_data_is_null(pn_data_t *data);

/**
 * Gets a boolean.
 * @return the current value; false if it has another type
 */
PN_EXTERN bool pn_data_get_bool(pn_data_t *data);

/**
 * Gets an unsigned 8-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN uint8_t pn_data_get_ubyte(pn_data_t *data);

/**
 * Gets a signed 8-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN int8_t pn_data_get_byte(pn_data_t *data);

/**
 * Gets an unsigned 16-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN uint16_t pn_data_get_ushort(pn_data_t *data);

/**
 * Gets a signed 16-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN int16_t pn_data_get_short(pn_data_t *data);

/**
 * Gets an unsigned 32-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN uint32_t pn_data_get_uint(pn_data_t *data);

/**
 * Gets a signed 32-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN int32_t pn_data_get_int(pn_data_t *data);

/**
 * Gets a Unicode character.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN pn_char_t pn_data_get_char(pn_data_t *data);

/**
 * Gets an unsigned 64-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN uint64_t pn_data_get_ulong(pn_data_t *data);

/**
 * Gets a signed 64-bit integer.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN int64_t pn_data_get_long(pn_data_t *data);

/**
 * Gets a timestamp.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN pn_timestamp_t pn_data_get_timestamp(pn_data_t *data);

/**
 * Gets a 32-bit floating-point number.
 * @return the current value; 0.0 if it has another type
 */
PN_EXTERN float pn_data_get_float(pn_data_t *data);

/**
 * Gets a 64-bit floating-point number.
 * @return the current value; 0.0 if it has another type
 */
PN_EXTERN double pn_data_get_double(pn_data_t *data);

/**
 * Gets a 32-bit decimal number.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN pn_decimal32_t pn_data_get_decimal32(pn_data_t *data);

/**
 * Gets a 64-bit decimal number.
 * @return the current value; 0 if it has another type
 */
PN_EXTERN pn_decimal64_t pn_data_get_decimal64(pn_data_t *data);

/**
 * Gets a 128-bit decimal number.
 * @return the current value; zeros if it has another type
 */
PN_EXTERN pn_decimal128_t pn_data_get_decimal128(pn_data_t *data);

/**
 * Gets a UUID.
 * @return the current value; zeros if it has another type
 */
PN_EXTERN pn_uuid_t pn_data_get_uuid(pn_data_t *data);

/**
 * Gets a binary.
 * @return the current value's bytes, valid until data changes; none if it is not a binary
 */
PN_EXTERN pn_bytes_t pn_data_get_binary(pn_data_t *data);

/**
 * Gets a string.
 * @return the current value's bytes, valid until data changes; none if it is not a string
 */
PN_EXTERN pn_bytes_t pn_data_get_string(pn_data_t *data);

/**
 * Gets a symbol.
 * @return the current value's bytes, valid until data changes; none if it is not a symbol
 */
PN_EXTERN pn_bytes_t pn_data_get_symbol(pn_data_t *data);

/**
 * Gets the bytes of a binary, string or symbol.
 * @return the current value's bytes, valid until data changes; none if it is not one of these
 */
PN_EXTERN pn_bytes_t pn_data_get_bytes(pn_data_t *data);

/**
 * Gets the current value with its type.
 * @return the value, its bytes valid until data changes; of a compound only the type; PN_NULL if there is none
 */
PN_EXTERN pn_atom_t pn_data_get_atom(pn_data_t *data);

/**
 * Makes a data object a copy of another one, rewound.
 * @param[in] data the object to overwrite
 * @param[in] src the object to copy, which stays as it is
 * @return 0 or an error number
 */
PN_EXTERN int pn_data_copy(pn_data_t *data, pn_data_t *src);

/**
 * Puts copies of all top-level values of another data object.
 * @param[in] data the object to put into, at its cursor
 * @param[in] src the object to copy from, from where it rewinds to; it stays as it is
 * @return 0 or an error number
 */
PN_EXTERN int pn_data_append(pn_data_t *data, pn_data_t *src);

/**
 * Puts copies of top-level values of another data object.
 * @param[in] data the object to put into, at its cursor
 * @param[in] src the object to copy from, from where it rewinds to; it stays as it is
 * @param[in] limit the most values to copy; negative for all
 * @return 0 or an error number
 */
PN_EXTERN int pn_data_appendn(pn_data_t *data, pn_data_t *src, int limit);

/**
 * Writes the text form of all values, such as `[1, "a"]`, with a NUL at the end.
 * @param[out] bytes the buffer
 * @param[in,out] size its size; on success the length of the text without the NUL
 * @return 0, or PN_OVERFLOW if text and NUL do not fit, with buffer and size untouched
 */
PN_EXTERN int pn_data_format(pn_data_t *data, char *bytes, size_t *size);

/**
 * Prints the text form of all values to the standard output, without a line end.
 * @return 0
 */
PN_EXTERN int pn_data_print(pn_data_t *data);

/** Prints the cursor and every value with its links to the standard output, for debugging. */
PN_EXTERN void pn_data_dump(pn_data_t *data);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CODEC_H */
