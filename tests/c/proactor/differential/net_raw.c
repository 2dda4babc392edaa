/* Differential program: raw connections, their buffers, their closing and the order of their events. */
#include "proactor/scene.h"

enum { SIZE = 64 };

/* The memory of all buffers of a scene. A buffer may still be the proactor's when that is freed, so it goes afterwards. */
static struct chunk_t { struct chunk_t *next; char bytes[]; } *chunks;

static pn_raw_buffer_t new_buffer(size_t capacity)
{
    struct chunk_t *chunk = calloc(1, sizeof *chunk + capacity);
    if (!chunk) abort();
    chunk->next = chunks;
    chunks = chunk;
    return (pn_raw_buffer_t){.bytes = chunk->bytes, .capacity = (uint32_t)capacity};
}

static void finish_raw(void)
{
    finish();
    while (chunks) {
        struct chunk_t *next = chunks->next;
        free(chunks);
        chunks = next;
    }
}

static size_t give(party_t *party, unsigned count)
{
    pn_raw_buffer_t buffers[32] = {0};
    for (unsigned i = 0; i < count && i < 32; i++) buffers[i] = new_buffer(SIZE);
    return pn_raw_connection_give_read_buffers(party->raw, buffers, count);
}

static bool write_text(party_t *party, const char *text)
{
    pn_raw_buffer_t buffer = new_buffer(SIZE);
    buffer.size = (uint32_t)strlen(text);
    memcpy(buffer.bytes, text, buffer.size);
    return pn_raw_connection_write_buffers(party->raw, &buffer, 1);
}

/* Takes back what was read and tells it; joined, because how many reads it took is the network's affair. */
static size_t take_read(party_t *party, bool tells)
{
    pn_raw_buffer_t buffer;
    char text[4096];
    size_t size = 0, empty = 0, count = 0;
    while (pn_raw_connection_take_read_buffers(party->raw, &buffer, 1)) {
        memcpy(text + size, buffer.bytes + buffer.offset, buffer.size);
        size += buffer.size;
        empty += buffer.size == 0;
        count++;
    }
    if (tells && size) note(party, "read %s", shown(text, size));
    if (tells && empty) note(party, "%zu empty", empty);
    return count;
}

static size_t take_written(party_t *party, bool tells)
{
    pn_raw_buffer_t buffer;
    size_t count = 0;
    while (pn_raw_connection_take_written_buffers(party->raw, &buffer, 1)) {
        if (tells) note(party, "written %s", shown(buffer.bytes + buffer.offset, buffer.size));
        count++;
    }
    return count;
}

/* The handler of all: takes back what there is. */
static void take_back(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_RAW_CONNECTION_READ || type == PN_RAW_CONNECTION_DRAIN_BUFFERS || type == PN_RAW_CONNECTION_DISCONNECTED)
        take_read(party, true);
    if (type == PN_RAW_CONNECTION_WRITTEN || type == PN_RAW_CONNECTION_DRAIN_BUFFERS || type == PN_RAW_CONNECTION_DISCONNECTED)
        take_written(party, true);
}

static void read_always(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_NEED_READ_BUFFERS) give(party, 1);
}

static party_t *new_raw(const char *name, handler_t *on)
{
    party_t *party = add_party(name, on);
    party->raw = pn_raw_connection();
    pn_raw_connection_set_context(party->raw, party);
    return party;
}

static party_t *raw_connect(const char *name, uint16_t port, handler_t *on)
{
    party_t *party = new_raw(name, on);
    pn_proactor_raw_connect(scene.proactor, party->raw, address_of_port(port));
    return party;
}

static void accept_raw(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type != PN_LISTENER_ACCEPT) return;
    party_t *accepted = new_raw(party->accepted_name ? party->accepted_name : "server", party->on_accepted);
    accepted->quiet = !party->accepted_name;
    pn_listener_raw_accept(party->listener, accepted->raw);
    party->last_accepted = accepted;
}

static party_t *raw_server(const char *name, handler_t *on)
{
    party_t *listener = server(name, on);
    listener->on = accept_raw;
    return listener;
}

/* A raw client of a plain socket. */
static int serve_raw(party_t **client, handler_t *on)
{
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    *client = raw_connect("client", plain->port, on);
    int fd = answer(listening);
    close(listening);
    await(*client, PN_RAW_CONNECTION_CONNECTED);
    return fd;
}

static char heard[4096];

static void tell_halves(party_t *party)
{
    note(party, "read closed %d, write closed %d, room to read %zu, to write %zu",
         pn_raw_connection_is_read_closed(party->raw), pn_raw_connection_is_write_closed(party->raw),
         pn_raw_connection_read_buffers_capacity(party->raw), pn_raw_connection_write_buffers_capacity(party->raw));
}

static void close_on_connected(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_CONNECTED) pn_raw_connection_close(party->raw);
}

static void close_with_write(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_CONNECTED) {
        write_text(party, "last words");
        tell_halves(party);
        pn_raw_connection_close(party->raw);
        pn_raw_connection_close(party->raw);
        tell_halves(party);
    }
}

static void close_with_reads(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_CONNECTED) {
        give(party, 2);
        tell_halves(party);
        pn_raw_connection_close(party->raw);
        tell_halves(party);
    }
}

static void closing(const char *name, handler_t *on)
{
    begin(name);
    party_t *client;
    int fd = serve_raw(&client, on);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    ssize_t size = hear(fd, heard, sizeof heard);
    say("the socket hears %s and the end", shown(heard, size > 0 ? (size_t)size : 0));
    close(fd);
    finish_raw();
}

static void closes(void)
{
    closing("closed when connected", close_on_connected);
    closing("closed with something to write", close_with_write);
    closing("closed with buffers to read into", close_with_reads);
}

static void half_close_on_wake(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    read_always(party, event, type);
    if (type != PN_RAW_CONNECTION_WAKE) return;
    bool read_first = party->extra != NULL;
    if ((party->step++ == 0) == read_first) pn_raw_connection_read_close(party->raw);
    else pn_raw_connection_write_close(party->raw);
    tell_halves(party);
}

static void half_by_half(const char *name, bool read_first)
{
    begin(name);
    party_t *client;
    int fd = serve_raw(&client, half_close_on_wake);
    client->extra = read_first ? client : NULL;
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    pn_raw_connection_wake(client->raw);
    await(client, read_first ? PN_RAW_CONNECTION_CLOSED_READ : PN_RAW_CONNECTION_CLOSED_WRITE);
    if (!read_first) {
        say("the socket hears %s", hear_end(fd));
        SPEAK(fd, "still here");
        await(client, PN_RAW_CONNECTION_READ);
    }
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    if (read_first) say("the socket hears %s", hear_end(fd));
    close(fd);
    finish_raw();
}

static void write_and_half_close(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    read_always(party, event, type);
    if (type == PN_RAW_CONNECTION_CONNECTED) {
        for (int i = 0; i < 3; i++) write_text(party, (const char *[]){"one ", "two ", "three"}[i]);
        pn_raw_connection_write_close(party->raw);
        tell_halves(party);
        note(party, "more is taken: %d", write_text(party, "four"));
    }
}

static void close_write_after_end(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    read_always(party, event, type);
    if (type == PN_RAW_CONNECTION_CLOSED_READ) {
        tell_halves(party);
        write_text(party, "answer");
        pn_raw_connection_write_close(party->raw);
    }
}

static void half_closes(void)
{
    half_by_half("the read half is closed, then the write half", true);
    half_by_half("the write half is closed, then the read half", false);

    begin("what was written before the write half closed goes out");
    party_t *client;
    int fd = serve_raw(&client, write_and_half_close);
    ssize_t size = hear(fd, heard, sizeof heard);
    say("the socket hears %s and the end", shown(heard, size > 0 ? (size_t)size : 0));
    SPEAK(fd, "thanks");
    shutdown(fd, SHUT_WR);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    close(fd);
    finish_raw();

    begin("the peer ends its stream, and gets an answer all the same");
    fd = serve_raw(&client, close_write_after_end);
    SPEAK(fd, "question");
    shutdown(fd, SHUT_WR);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    size = hear(fd, heard, sizeof heard);
    say("the socket hears %s and the end", shown(heard, size > 0 ? (size_t)size : 0));
    close(fd);
    finish_raw();
}

static void needs(void)
{
    party_t *client;

    begin("needs are told once, until they are met");
    int fd = serve_raw(&client, take_back);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    for (unsigned i = 1; i <= 2; i++) {
        pn_raw_connection_wake(client->raw);
        await_times(client, PN_RAW_CONNECTION_WAKE, i);
    }
    finish_raw();
    close(fd);
}

static void speak_on_wake(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_WAKE) {
        char text[20];
        sprintf(text, "message %d", party->step++);
        write_text(party, text);
    }
}

static void read_on_wake(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_WAKE) note(party, "given %zu", give(party, 1));
}

static void transfers(void)
{
    party_t *client;

    begin("writing a buffer at a time");
    int fd = serve_raw(&client, speak_on_wake);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    for (unsigned i = 1; i <= 3; i++) {
        pn_raw_connection_wake(client->raw);
        await_times(client, PN_RAW_CONNECTION_WRITTEN, i);
        await_times(client, PN_RAW_CONNECTION_NEED_WRITE_BUFFERS, i + 1);
        say("the socket hears %s", shown(heard, (size_t)hear(fd, heard, 9)));
    }
    finish_raw();
    close(fd);

    begin("reading a buffer at a time");
    fd = serve_raw(&client, read_on_wake);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    for (unsigned i = 1; i <= 3; i++) {
        pn_raw_connection_wake(client->raw);
        await_times(client, PN_RAW_CONNECTION_WAKE, i);
        SPEAK(fd, "message");
        await_times(client, PN_RAW_CONNECTION_READ, i);
        await_times(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS, i + 1);
    }
    finish_raw();
    close(fd);

    begin("what comes without a buffer waits for one");
    fd = serve_raw(&client, read_on_wake);
    SPEAK(fd, "early");
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_READ);
    finish_raw();
    close(fd);
}

static void fill_on_wake(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type != PN_RAW_CONNECTION_WAKE) return;
    tell_halves(party);
    note(party, "given %zu", give(party, 10));
    note(party, "given %zu", give(party, 10));
    note(party, "given %zu", give(party, 1));
    tell_halves(party);
    unsigned written = 0;
    for (int i = 0; i < 20; i++) written += write_text(party, "");
    note(party, "written %u", written);
    tell_halves(party);
}

static void give_with_offset(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_RAW_CONNECTION_CONNECTED) {
        pn_raw_buffer_t buffer = new_buffer(16);
        memset(buffer.bytes, '.', 16);
        buffer.offset = 10;
        buffer.size = 3;
        buffer.context = 77;
        pn_raw_connection_give_read_buffers(party->raw, &buffer, 1);
    }
    if (type == PN_RAW_CONNECTION_READ) {
        pn_raw_buffer_t buffer;
        while (pn_raw_connection_take_read_buffers(party->raw, &buffer, 1)) {
            note(party, "offset %u size %u capacity %u context %d %s", buffer.offset, buffer.size, buffer.capacity,
                 (int)buffer.context, shown(buffer.bytes, buffer.capacity));
        }
    }
    if (type == PN_RAW_CONNECTION_WAKE) {
        pn_raw_buffer_t buffer = new_buffer(16);
        memcpy(buffer.bytes, "hidden shown hid", 16);
        buffer.offset = 7;
        buffer.size = 5;
        buffer.context = 78;
        pn_raw_connection_write_buffers(party->raw, &buffer, 1);
    }
    if (type == PN_RAW_CONNECTION_WRITTEN) {
        pn_raw_buffer_t buffer;
        while (pn_raw_connection_take_written_buffers(party->raw, &buffer, 1)) {
            note(party, "offset %u size %u capacity %u context %d", buffer.offset, buffer.size, buffer.capacity, (int)buffer.context);
        }
    }
    if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS) take_back(party, event, type);
}

static void buffers(void)
{
    party_t *client;

    begin("there are sixteen places for buffers each way");
    int fd = serve_raw(&client, fill_on_wake);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_WAKE);
    await(client, PN_RAW_CONNECTION_WRITTEN);
    shutdown(fd, SHUT_RDWR);
    await(client, PN_RAW_CONNECTION_CLOSED_READ);
    finish_raw();
    close(fd);

    begin("offsets, sizes and contexts of buffers");
    fd = serve_raw(&client, give_with_offset);
    SPEAK(fd, "12345");
    await(client, PN_RAW_CONNECTION_READ);
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_WRITTEN);
    say("the socket hears %s", shown(heard, (size_t)hear(fd, heard, 5)));
    finish_raw();
    close(fd);
}

static void failures(void)
{
    begin("a raw connection is refused");
    party_t *nobody;
    int fd = bound_socket("nobody", &nobody);
    party_t *client = raw_connect("client", nobody->port, take_back);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish_raw();

    begin("a raw connection with buffers is refused");
    client = new_raw("client", take_back);
    (void)close(fd);
    fd = bound_socket("nobody", &nobody);
    give(client, 2);
    write_text(client, "never sent");
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(nobody->port));
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish_raw();
    close(fd);

    begin("a raw connection to a host that does not exist");
    client = new_raw("client", take_back);
    pn_proactor_raw_connect(scene.proactor, client->raw, "no..such.host:5672");
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    finish_raw();

    begin("a raw connection to a service that does not exist");
    client = new_raw("client", take_back);
    pn_proactor_raw_connect(scene.proactor, client->raw, "127.0.0.1:no-such-service");
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    finish_raw();

    begin("a raw connection is reset");
    fd = serve_raw(&client, read_always);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    handle_ready();
    reset(fd);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish_raw();
}

static void echo(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_RAW_CONNECTION_READ) {
        pn_raw_buffer_t buffer;
        while (pn_raw_connection_take_read_buffers(party->raw, &buffer, 1)) {
            if (buffer.size) pn_raw_connection_write_buffers(party->raw, &buffer, 1);
        }
    } else if (type == PN_RAW_CONNECTION_WRITTEN) {
        take_written(party, false);
        if (!pn_raw_connection_is_read_closed(party->raw)) give(party, 1);
    } else if (type == PN_RAW_CONNECTION_CLOSED_READ) {
        pn_raw_connection_write_close(party->raw);
    } else {
        read_always(party, event, type);
    }
}

/* What one side wrote, all of it. */
static void collect(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_RAW_CONNECTION_CONNECTED) {
        give(party, 4);
        write_text(party, "there and back");
        pn_raw_connection_write_close(party->raw);
    } else {
        read_always(party, event, type);
    }
}

enum { STREAM = 1000000 };

/* Writes a long stream in order, as there is room, and checks what comes back. */
static void stream(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    static unsigned written, verified;
    if (type == PN_RAW_CONNECTION_CONNECTED) written = verified = 0;
    if (type == PN_RAW_CONNECTION_READ) {
        pn_raw_buffer_t buffer;
        while (pn_raw_connection_take_read_buffers(party->raw, &buffer, 1)) {
            for (uint32_t i = 0; i < buffer.size; i++, verified++)
                if ((unsigned char)buffer.bytes[buffer.offset + i] != (unsigned char)(verified * 7 >> 3)) party->step = -1;
        }
    }
    take_written(party, false);
    if (!pn_raw_connection_is_read_closed(party->raw)) give(party, (unsigned)pn_raw_connection_read_buffers_capacity(party->raw));
    while (written < STREAM && pn_raw_connection_write_buffers_capacity(party->raw)) {
        pn_raw_buffer_t buffer = new_buffer(5000);
        for (; buffer.size < buffer.capacity && written < STREAM; written++) buffer.bytes[buffer.size++] = (char)(written * 7 >> 3);
        pn_raw_connection_write_buffers(party->raw, &buffer, 1);
    }
    if (verified == STREAM && party->step == 0) {
        party->step = 1;
        pn_raw_connection_close(party->raw);
    }
    if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS || type == PN_RAW_CONNECTION_DISCONNECTED) take_read(party, false);
}

static void both_raw(void)
{
    begin("an echo, both ends raw");
    party_t *listener = raw_server(NULL, echo);
    party_t *client = raw_connect("client", listener->port, collect);
    client->quiet = true;
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(listener->last_accepted, PN_RAW_CONNECTION_DISCONNECTED);
    say("client: connected %u, read closed %u, write closed %u, disconnected %u", client->seen[PN_RAW_CONNECTION_CONNECTED],
        client->seen[PN_RAW_CONNECTION_CLOSED_READ], client->seen[PN_RAW_CONNECTION_CLOSED_WRITE],
        client->seen[PN_RAW_CONNECTION_DISCONNECTED]);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish_raw();

    begin("a million bytes there and back");
    listener = raw_server(NULL, echo);
    client = raw_connect("client", listener->port, stream);
    client->quiet = true;
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(listener->last_accepted, PN_RAW_CONNECTION_DISCONNECTED);
    say("%s", client->step == 1 ? "as they were sent" : "NOT as they were sent");
    finish_raw();
}

/* Accepts what comes as raw and as AMQP by turns. */
static void accept_by_turns(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type != PN_LISTENER_ACCEPT) return;
    if (party->step++ % 2) accept_here(party);
    else accept_raw(party, event, type);
}

static void oblige_or_close(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (party->raw) close_on_connected(party, event, type);
    else oblige(party, event, type);
}

static void close_read_with_data(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_back(party, event, type);
    if (type == PN_RAW_CONNECTION_READ) pn_raw_connection_read_close(party->raw);
    if (type == PN_RAW_CONNECTION_CLOSED_READ) {
        write_text(party, "heard enough");
        pn_raw_connection_write_close(party->raw);
    }
    if (type == PN_RAW_CONNECTION_NEED_READ_BUFFERS) give(party, 1);
}

static void more(void)
{
    begin("one listener for both kinds of connections");
    party_t *listener = server("server", oblige_or_close);
    listener->on = accept_by_turns;
    party_t *raw = raw_connect("raw", listener->port, read_always);
    raw->quiet = true;
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_RAW_CONNECTION_DISCONNECTED);
    party_t *client = connect_to("client", listener->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish_raw();

    begin("the reading half is closed with more to come");
    party_t *plain_client;
    int fd = serve_raw(&plain_client, close_read_with_data);
    SPEAK(fd, "enough");
    await(plain_client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    say("the socket hears %s", shown(heard, (size_t)hear(fd, heard, 12)));
    close(fd);
    finish_raw();
}

static void wakes(void)
{
    party_t *client;

    begin("wakes of a raw connection before delivery are one");
    int fd = serve_raw(&client, take_back);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    for (int i = 0; i < 5; i++) pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_WAKE);
    handle_ready();
    pn_raw_connection_wake(client->raw);
    await_times(client, PN_RAW_CONNECTION_WAKE, 2);
    handle_ready();
    finish_raw();
    close(fd);
}

static void accessors(void)
{
    begin("a raw connection that is connected knows its addresses");
    party_t *client;
    int fd = serve_raw(&client, take_back);
    say("local %s, remote %s", address_text(pn_raw_connection_local_addr(client->raw)),
        address_text(pn_raw_connection_remote_addr(client->raw)));
    say("condition %s, attachments %s", condition_of(pn_raw_connection_condition(client->raw)),
        pn_raw_connection_attachments(client->raw) ? "there" : "null");
    finish_raw();
    close(fd);

    begin("what a raw connection says before it is connected");
    party_t *fresh = new_raw("fresh", NULL);
    party_t *nobody;
    fd = bound_socket("nobody", &nobody);
    tell_halves(fresh);
    note(fresh, "given %zu, written %d", give(fresh, 1), write_text(fresh, "x"));
    tell_halves(fresh);
    note(fresh, "taken %zu and %zu", take_read(fresh, true), take_written(fresh, true));
    note(fresh, "local %s, remote %s", address_text(pn_raw_connection_local_addr(fresh->raw)),
         address_text(pn_raw_connection_remote_addr(fresh->raw)));
    /* It cannot be freed by itself. */
    fresh->on = take_back;
    pn_proactor_raw_connect(scene.proactor, fresh->raw, address_of_port(nobody->port));
    await(fresh, PN_RAW_CONNECTION_DISCONNECTED);
    finish_raw();
    close(fd);
}

int main(void)
{
    closes();
    half_closes();
    needs();
    transfers();
    buffers();
    failures();
    both_raw();
    more();
    wakes();
    accessors();
    return 0;
}
