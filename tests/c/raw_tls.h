/* One end of TLS between buffers, driven the way a program would: room is lent as it is asked for, what is done is
 * taken back, and bytes for the peer collect in `out` until somebody hands them on.
 */
#ifndef RAW_TLS_H
#define RAW_TLS_H

#include "check.h"

#include <proton/tls.h>

#include <stdlib.h>

typedef struct {
    pn_tls_t *tls;
    char *out, *heard; /* for the peer; from it */
    size_t out_size, heard_size;
    size_t room;    /* of each buffer of output */
    uint32_t front; /* bytes before the offset of each buffer */
    size_t lent;    /* buffers that the session has */
} end_t;

#define ROOM 4096

static __attribute__((unused)) void *grown(void *memory, size_t size)
{
    memory = realloc(memory, size ? size : 1);
    if (!memory) abort();
    return memory;
}

static __attribute__((unused)) void append(char **bytes, size_t *size, const char *more, size_t count)
{
    *bytes = grown(*bytes, *size + count);
    memcpy(*bytes + *size, more, count);
    *size += count;
}

static __attribute__((unused)) pn_raw_buffer_t buffer(end_t *end, const char *bytes, size_t size, size_t room)
{
    pn_raw_buffer_t made = {.context = (uintptr_t)end, .capacity = (uint32_t)(end->front + size + room)};
    made.bytes = grown(NULL, made.capacity);
    made.offset = end->front;
    made.size = (uint32_t)size;
    memset(made.bytes, 'o', made.offset);
    if (size) memcpy(made.bytes + made.offset, bytes, size);
    return made;
}

static __attribute__((unused)) void release(end_t *end, pn_raw_buffer_t *taken)
{
    bool kept = taken->context == (uintptr_t)end && taken->offset == end->front;
    for (uint32_t i = 0; i < taken->offset; i++) kept = kept && taken->bytes[i] == 'o';
    if (!kept) CHECK(!"a buffer comes back as it was, with nothing changed before its offset");
    free(taken->bytes);
    end->lent--;
}

/* Gives a copy of the bytes in a buffer of its own; false if there is no capacity. */
static __attribute__((unused)) bool say(end_t *end, const char *bytes, size_t size)
{
    pn_raw_buffer_t given = buffer(end, bytes, size, 0);
    bool taken = pn_tls_give_encrypt_input_buffers(end->tls, &given, 1) == 1;
    if (taken) end->lent++;
    else free(given.bytes);
    return taken;
}

static __attribute__((unused)) bool receive(end_t *end, const char *bytes, size_t size)
{
    pn_raw_buffer_t given = buffer(end, bytes, size, 0);
    bool taken = pn_tls_give_decrypt_input_buffers(end->tls, &given, 1) == 1;
    if (taken) end->lent++;
    else free(given.bytes);
    return taken;
}

/* Takes back all that can be taken. */
static __attribute__((unused)) void collect(end_t *end)
{
    pn_raw_buffer_t taken[3];
    size_t count;
    while ((count = pn_tls_take_encrypt_input_buffers(end->tls, taken, 3)))
        for (size_t i = 0; i < count; i++) release(end, &taken[i]);
    while ((count = pn_tls_take_decrypt_input_buffers(end->tls, taken, 3)))
        for (size_t i = 0; i < count; i++) release(end, &taken[i]);
    while ((count = pn_tls_take_encrypt_output_buffers(end->tls, taken, 3)))
        for (size_t i = 0; i < count; i++) {
            append(&end->out, &end->out_size, taken[i].bytes + taken[i].offset, taken[i].size);
            release(end, &taken[i]);
        }
    while ((count = pn_tls_take_decrypt_output_buffers(end->tls, taken, 3)))
        for (size_t i = 0; i < count; i++) {
            append(&end->heard, &end->heard_size, taken[i].bytes + taken[i].offset, taken[i].size);
            release(end, &taken[i]);
        }
}

/* Processes until nothing more comes of it. */
static __attribute__((unused)) int work(end_t *end)
{
    int error;
    bool more;
    do {
        error = pn_tls_process(end->tls);
        collect(end);
        more = false;
        if (pn_tls_need_encrypt_output_buffers(end->tls)) {
            pn_raw_buffer_t blank = buffer(end, NULL, 0, end->room);
            end->lent += pn_tls_give_encrypt_output_buffers(end->tls, &blank, 1);
            more = true;
        }
        if (pn_tls_need_decrypt_output_buffers(end->tls)) {
            pn_raw_buffer_t blank = buffer(end, NULL, 0, end->room);
            end->lent += pn_tls_give_decrypt_output_buffers(end->tls, &blank, 1);
            more = true;
        }
    } while (more);
    return error;
}

/* Hands on what one end has for the other, in pieces of this size. */
static __attribute__((unused)) void carry(end_t *from, end_t *to, size_t piece)
{
    for (size_t done = 0, size; done < from->out_size; done += size) {
        size = from->out_size - done < piece ? from->out_size - done : piece;
        if (!receive(to, from->out + done, size)) break;
        work(to);
    }
    from->out_size = 0;
}

/* Works until neither end has anything for the other. */
static __attribute__((unused)) void exchange(end_t *one, end_t *other, size_t piece)
{
    do {
        work(one);
        carry(one, other, piece);
        work(other);
        carry(other, one, piece);
        work(one);
    } while (one->out_size || other->out_size);
}

static __attribute__((unused)) end_t open_end(pn_tls_config_t *config, const char *hostname)
{
    end_t end = {.tls = pn_tls(config), .room = ROOM, .front = 3};
    if (hostname) pn_tls_set_peer_hostname(end.tls, hostname);
    return end;
}

static __attribute__((unused)) end_t start_end(pn_tls_config_t *config, const char *hostname)
{
    end_t end = open_end(config, hostname);
    CHECK(pn_tls_start(end.tls) == 0);
    return end;
}

/* Stops and frees an end, and finds out whether every buffer came back. */
static __attribute__((unused)) void close_end(end_t *end)
{
    pn_tls_stop(end->tls);
    collect(end);
    if (end->lent) CHECK(!"every buffer comes back");
    pn_tls_free(end->tls);
    free(end->out);
    free(end->heard);
}

static __attribute__((unused)) bool heard(const end_t *end, const char *text)
{
    return end->heard_size == strlen(text) && !memcmp(end->heard, text, end->heard_size);
}

#define FILE_OF(name) CERTIFICATES "/" name

static __attribute__((unused)) pn_tls_config_t *server_config(const char *certificate, const char *key)
{
    pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_SERVER);
    CHECK(pn_tls_config_set_credentials(config, certificate, key, NULL) == 0);
    return config;
}

static __attribute__((unused)) pn_tls_config_t *client_config(const char *authorities)
{
    pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_CLIENT);
    CHECK(pn_tls_config_set_trusted_certs(config, authorities) == 0);
    return config;
}

#endif
