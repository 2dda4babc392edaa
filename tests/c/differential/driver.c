/* Differential program: the connection driver. Binding by itself, buffers of every size, chunks, errors, release and
 * the end. */
#include "engine.h"

static pn_connection_driver_t start(bool server, const char *name)
{
    pn_connection_driver_t d;
    memset(&d, 0x55, sizeof d);
    pn_connection_t *connection = pn_connection();
    pn_connection_set_container(connection, name);
    say("init %d", pn_connection_driver_init(&d, connection, NULL));
    pn_transport_set_max_frame(d.transport, 4096);
    if (server) pn_transport_set_server(d.transport);
    return d;
}

static void say_driver(const char *what, pn_connection_driver_t *d)
{
    say("%s read_closed=%d write_closed=%d finished=%d has_event=%d", what, pn_connection_driver_read_closed(d),
        pn_connection_driver_write_closed(d), pn_connection_driver_finished(d), pn_connection_driver_has_event(d));
}

static void say_next(pn_connection_driver_t *d)
{
    for (pn_event_t *event; (event = pn_connection_driver_next_event(d));)
        say("event %s (%s) state=%d", pn_event_type_name(pn_event_type(event)), pn_class_name(pn_event_class(event)),
            d->connection ? pn_connection_state(d->connection) : -1);
}

/* What the driver wants to write, taken in pieces of at most `piece`. */
static void say_output(pn_connection_driver_t *d, size_t piece)
{
    bytes_t said = {0};
    for (pn_bytes_t out; (out = pn_connection_driver_write_buffer(d)).size;) {
        size_t n = out.size < piece ? out.size : piece;
        put(&said, out.start, n);
        pn_bytes_t left = pn_connection_driver_write_done(d, n);
        if (n == piece) say("done %zu, more %d", n, left.size > 0);
    }
    say_bytes("driver", said.start, said.size);
    free(said.start);
}

static size_t give(pn_connection_driver_t *d, const void *start, size_t size, size_t piece)
{
    size_t given = 0;
    while (given < size) {
        pn_rwbytes_t in = pn_connection_driver_read_buffer(d);
        size_t n = size - given < piece ? size - given : piece;
        if (n > in.size) n = in.size;
        if (!n) break;
        memcpy(in.start, (const char *)start + given, n);
        pn_connection_driver_read_done(d, n);
        given += n;
    }
    return given;
}

static void end(pn_connection_driver_t *d)
{
    pn_connection_driver_destroy(d);
    say("destroyed connection=%d transport=%d", d->connection != NULL, d->transport != NULL);
    pn_connection_driver_destroy(d);
}

static void made_of_nothing(void)
{
    section("init makes what is missing and binds on the second look");
    pn_connection_driver_t d;
    say("init %d", pn_connection_driver_init(&d, NULL, NULL));
    say("made %d %d %d", d.connection != NULL, d.transport != NULL, d.collector != NULL);
    say("batch %d", pn_connection_driver_ptr(d.connection) != NULL);
    say("slot %d", *pn_connection_driver_ptr(d.connection) == NULL);
    say_driver("fresh", &d);
    say("bound %d", pn_connection_transport(d.connection) != NULL);
    say("event %s", pn_event_type_name(pn_event_type(pn_connection_driver_next_event(&d))));
    say("bound %d", pn_connection_transport(d.connection) != NULL);
    say("event %s", pn_event_type_name(pn_event_type(pn_connection_driver_next_event(&d))));
    say("bound %d", pn_connection_transport(d.connection) != NULL);
    say("event %d", pn_connection_driver_next_event(&d) != NULL);
    say_driver("quiet", &d);
    end(&d);

    section("a handler of the first event may bind itself");
    d = start(false, "A");
    pn_connection_driver_next_event(&d);
    for (int i = 0; i < 2; i++) say("bind %d", pn_connection_driver_bind(&d));
    say_next(&d);
    end(&d);

    section("opened before the first event");
    d = start(false, "A");
    pn_connection_open(d.connection);
    pn_session_open(pn_session(d.connection));
    say_next(&d);
    say_output(&d, 1000);
    say_next(&d);
    end(&d);
}

static void buffers(void)
{
    section("a client's header can be written before any event");
    pn_connection_driver_t d = start(false, "A");
    pn_bytes_t out = pn_connection_driver_write_buffer(&d);
    say("size %zu %s", out.size, shown(out.start, out.size));
    out = pn_connection_driver_write_done(&d, 0);
    say("done none, left %zu", out.size);
    out = pn_connection_driver_write_done(&d, 5);
    say("done 5, left %zu %s", out.size, shown(out.start, out.size));
    out = pn_connection_driver_write_done(&d, 3);
    say("done 3, left %zu", out.size);
    say("buffer %zu", pn_connection_driver_write_buffer(&d).size);
    end(&d);

    section("read buffers grow on demand up to a frame");
    static const size_t sizes[] = {0, 100, 8192, 9000, 20000, 200000};
    for (int i = 0; i < 6; i++) {
        d = start(true, "B");
        pn_transport_set_max_frame(d.transport, 32768);
        pn_rwbytes_t in = pn_connection_driver_read_buffer_sized(&d, sizes[i]);
        say("asked %zu got %zu %d", sizes[i], in.size, in.start != NULL);
        say("next %zu", pn_connection_driver_read_buffer(&d).size);
        pn_connection_driver_read_done(&d, 0);
        pn_connection_driver_destroy(&d);
    }

    section("reading and writing in odd chunks");
    bytes_t bytes = {0};
    put(&bytes, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&bytes, 0, 0, 0x10, "\"peer\"", "");
    write_frame(&bytes, 0, 0, 0x11, "~ 0 10 10", "");
    write_frame(&bytes, 0, 0, 0x18, "", "");
    static const size_t pieces[] = {1, 5, 19, 1000};
    for (int i = 0; i < 4; i++) {
        d = start(true, "B");
        pn_connection_open(d.connection);
        say_next(&d);
        say("given %zu of %zu", give(&d, bytes.start, bytes.size, pieces[i]), bytes.size);
        say_next(&d);
        say_driver("given", &d);
        say("room %zu", pn_connection_driver_read_buffer(&d).size);
        say_output(&d, 30);
        pn_connection_close(d.connection);
        say_next(&d);
        say_output(&d, 1000);
        say_next(&d);
        say_driver("closed", &d);
        pn_connection_driver_destroy(&d);
    }
    free(bytes.start);
}

static pn_connection_driver_t opened(const char *name)
{
    muted = true;
    pn_connection_driver_t d = start(false, name);
    pn_connection_open(d.connection);
    say_next(&d);
    say_output(&d, 1000);
    bytes_t bytes = {0};
    put(&bytes, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&bytes, 0, 0, 0x10, "\"peer\"", "");
    give(&d, bytes.start, bytes.size, 1000);
    free(bytes.start);
    say_next(&d);
    muted = false;
    return d;
}

static void closing(void)
{
    section("reading closed, then writing");
    pn_connection_driver_t d = opened("A");
    pn_connection_driver_read_close(&d);
    say_driver("read closed", &d);
    pn_connection_driver_read_close(&d);
    say("room %zu", pn_connection_driver_read_buffer(&d).size);
    say_next(&d);
    say_output(&d, 1000);
    say_driver("written", &d);
    say_next(&d);
    say_driver("told", &d);
    end(&d);

    section("writing closed, then reading");
    d = opened("A");
    pn_session_open(pn_session(d.connection));
    pn_connection_driver_write_close(&d);
    say_driver("write closed", &d);
    pn_connection_driver_write_close(&d);
    say("buffer %zu", pn_connection_driver_write_buffer(&d).size);
    say_next(&d);
    pn_connection_driver_read_close(&d);
    say_driver("both", &d);
    say_next(&d);
    say_driver("told", &d);
    end(&d);

    section("both closed at once");
    d = opened("A");
    pn_connection_driver_close(&d);
    say_driver("closed", &d);
    say_next(&d);
    say_driver("told", &d);
    say("next %d", pn_connection_driver_next_event(&d) != NULL);
    pn_connection_close(d.connection);
    say_driver("closed behind the end", &d);
    say("next %d", pn_connection_driver_next_event(&d) != NULL);
    end(&d);

    section("both closed before anything");
    d = start(false, "A");
    pn_connection_driver_close(&d);
    say_next(&d);
    say_driver("told", &d);
    end(&d);

    section("closed in the ordinary way");
    d = opened("A");
    pn_connection_close(d.connection);
    say_next(&d);
    say_output(&d, 1000);
    say_driver("written", &d);
    bytes_t bytes = {0};
    write_frame(&bytes, 0, 0, 0x18, "", "");
    give(&d, bytes.start, bytes.size, 1000);
    free(bytes.start);
    say_driver("given", &d);
    say_next(&d);
    say_driver("told", &d);
    end(&d);
}

static void verror(pn_connection_driver_t *d, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pn_connection_driver_verrorf(d, name, format, arguments);
    va_end(arguments);
}

static void errors(void)
{
    section("an error before anything, then close");
    pn_connection_driver_t d = start(false, "A");
    pn_connection_driver_errorf(&d, "proton:io", "refused %s:%d", "host", 5672);
    say("set %s", condition_text(pn_transport_condition(d.transport)));
    say_driver("set", &d);
    pn_connection_driver_close(&d);
    say_next(&d);
    say("told %s", condition_text(pn_transport_condition(d.transport)));
    end(&d);

    section("an error in an open connection, then close");
    d = opened("A");
    verror(&d, "proton:io", "reset %d", 5);
    pn_connection_driver_close(&d);
    say_next(&d);
    say("told %s", condition_text(pn_transport_condition(d.transport)));
    end(&d);

    section("an error, reading closed, and the farewell written");
    for (int i = 0; i < 2; i++) {
        d = i ? opened("A") : start(false, "A");
        pn_connection_driver_errorf(&d, "x", "y");
        pn_connection_driver_read_close(&d);
        say_next(&d);
        say_output(&d, 1000);
        say_next(&d);
        say_driver("written", &d);
        pn_connection_driver_destroy(&d);
    }

    section("a second error replaces the first");
    d = opened("A");
    pn_connection_driver_errorf(&d, "first", "one");
    pn_connection_driver_errorf(&d, "second", "two");
    say("set %s", condition_text(pn_transport_condition(d.transport)));
    end(&d);
}

static void release(void)
{
    section("a connection released from an open driver");
    pn_connection_driver_t d = opened("A");
    pn_link_open(pn_sender(pn_session(d.connection), "l"));
    pn_connection_t *connection = pn_connection_driver_release_connection(&d);
    say("released %d left %d refcount %d", connection != NULL, d.connection != NULL, pn_refcount(connection));
    say("state %d transport %d collector %d", pn_connection_state(connection), pn_connection_transport(connection) != NULL,
        pn_connection_collector(connection) != NULL);
    say_driver("released", &d);
    say_next(&d);
    say("again %d", pn_connection_driver_release_connection(&d) != NULL);
    end(&d);

    pn_connection_driver_t next;
    say("init %d", pn_connection_driver_init(&next, connection, NULL));
    pn_transport_set_max_frame(next.transport, 4096);
    pn_connection_open(next.connection);
    say_next(&next);
    say_output(&next, 1000);
    end(&next);

    section("a connection released before it was opened");
    d = start(false, "A");
    pn_connection_driver_next_event(&d);
    pn_connection_driver_next_event(&d);
    connection = pn_connection_driver_release_connection(&d);
    say_next(&d);
    end(&d);
    say("refcount %d", pn_refcount(connection));
    pn_connection_free(connection);

    section("a driver destroyed in the middle of everything");
    d = opened("A");
    pn_link_t *link = pn_receiver(pn_session(d.connection), "l");
    pn_link_open(link);
    pn_link_flow(link, 5);
    end(&d);
}

static void failing_peer(void)
{
    section("a frame that breaks a rule ends the driver");
    pn_connection_driver_t d = opened("A");
    bytes_t bytes = {0};
    write_frame(&bytes, 0, 9, 0x17, "", "");
    say("given %zu of %zu", give(&d, bytes.start, bytes.size, 1000), bytes.size);
    say_driver("given", &d);
    say("given behind %zu", give(&d, bytes.start, bytes.size, 1000));
    say_next(&d);
    say_output(&d, 1000);
    say_next(&d);
    say_driver("told", &d);
    free(bytes.start);
    end(&d);
}

int main(void)
{
    made_of_nothing();
    buffers();
    closing();
    errors();
    release();
    failing_peer();
    return 0;
}
