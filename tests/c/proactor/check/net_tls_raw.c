/* TLS over raw connections: between two programs of this library, and with openssl's own client and server, which say
 * what they think of the stream. Buffers go from the connection to the session and back without a copy.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "check.h"

#include <proton/condition.h>
#include <proton/event.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <proton/tls.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "server.example.test"
#define FILE_OF(name) CERTIFICATES "/" name

/* How large buffers are, how many wait to be read into, and how long anything may take. */
enum { ROOM = 3000, READERS = 4, PATIENCE = 150 };

/* Openssl's own program. */
typedef struct {
    pid_t process;
    int input; /* what it reads; -1 once it was closed */
    FILE *output;
    char said[20000];
} openssl_t;

/* One end of a connection. */
typedef struct link_t {
    pn_raw_connection_t *raw;
    pn_tls_t *tls;
    const char *words; /* what it says */
    size_t unsaid, heard_size;
    char *heard;
    size_t enough; /* ends its stream when so much was heard and all is said; SIZE_MAX waits for the peer's end */
    bool echo;     /* says what it hears */
    openssl_t *ends, *dies; /* what is to end its stream when it has heard its own words, or to be killed then */
    size_t lent, staged, readers;
    bool closed, input_closed, ended, secure;
    int error;
    char why[200], subject[100], protocol[20];
} link_t;

static pn_proactor_t *proactor;
static int alive;

static char *grown(char *memory, size_t size)
{
    memory = realloc(memory, size ? size : 1);
    if (!memory) abort();
    return memory;
}

static pn_raw_buffer_t blank(link_t *link)
{
    link->lent++;
    return (pn_raw_buffer_t){.bytes = grown(NULL, ROOM), .capacity = ROOM};
}

static void release(link_t *link, pn_raw_buffer_t *buffer)
{
    free(buffer->bytes);
    link->lent--;
}

static void hear(link_t *link, const pn_raw_buffer_t *buffer)
{
    link->heard = grown(link->heard, link->heard_size + buffer->size);
    memcpy(link->heard + link->heard_size, buffer->bytes + buffer->offset, buffer->size);
    link->heard_size += buffer->size;
    if (link->echo) link->unsaid += buffer->size;
}

/* Says the next piece of what it has to say. */
static bool say(link_t *link)
{
    if (!link->unsaid || !pn_tls_get_encrypt_input_buffer_capacity(link->tls)) return false;
    const char *from = link->echo ? link->heard + link->heard_size - link->unsaid : link->words;
    pn_raw_buffer_t piece = blank(link);
    piece.size = (uint32_t)(link->unsaid < ROOM ? link->unsaid : ROOM);
    memcpy(piece.bytes, from, piece.size);
    pn_tls_give_encrypt_input_buffers(link->tls, &piece, 1);
    link->unsaid -= piece.size;
    if (!link->echo) link->words += piece.size;
    link->staged++;
    return true;
}

static void take_back(link_t *link)
{
    pn_raw_buffer_t buffer;
    while (pn_tls_take_encrypt_input_buffers(link->tls, &buffer, 1)) link->staged--, release(link, &buffer);
    while (pn_tls_take_decrypt_input_buffers(link->tls, &buffer, 1)) release(link, &buffer);
    while (pn_tls_take_decrypt_output_buffers(link->tls, &buffer, 1)) hear(link, &buffer), release(link, &buffer);
}

/* Moves one thing between the session and the connection; false if there is nothing to move. */
static bool move_one(link_t *link)
{
    pn_raw_buffer_t buffer;
    if (say(link)) return true;
    if (pn_raw_connection_write_buffers_capacity(link->raw)
        && pn_tls_take_encrypt_output_buffers(link->tls, &buffer, 1))
        return pn_raw_connection_write_buffers(link->raw, &buffer, 1) == 1;
    if (pn_tls_need_encrypt_output_buffers(link->tls)) {
        buffer = blank(link);
        return pn_tls_give_encrypt_output_buffers(link->tls, &buffer, 1) == 1;
    }
    if (pn_tls_need_decrypt_output_buffers(link->tls)) {
        buffer = blank(link);
        return pn_tls_give_decrypt_output_buffers(link->tls, &buffer, 1) == 1;
    }
    if (pn_tls_get_decrypt_input_buffer_capacity(link->tls)
        && pn_raw_connection_take_read_buffers(link->raw, &buffer, 1)) {
        link->readers--;
        return pn_tls_give_decrypt_input_buffers(link->tls, &buffer, 1) == 1;
    }
    return false;
}

/* Reads what openssl says up to a line with this text, and gives the rest of that line. */
static const char *await(openssl_t *program, const char *text)
{
    static char line[1000];
    char *found = NULL;
    while (!found && fgets(line, sizeof line, program->output)) {
        strncat(program->said, line, sizeof program->said - strlen(program->said) - 1);
        found = strstr(line, text);
        line[strcspn(line, "\n")] = '\0';
    }
    return found ? found + strlen(text) : "";
}

/* Has the peer go, when everything that it said was said to it. */
static void see_off(link_t *link)
{
    if (!link->heard_size || link->unsaid || link->staged || pn_tls_is_encrypt_output_pending(link->tls)) return;
    if (link->ends && link->ends->input >= 0) {
        await(link->ends, "hello");
        close(link->ends->input);
        link->ends->input = -1;
    }
    if (link->dies) kill(link->dies->process, SIGKILL);
}

/* Ends its own stream when it is time, and the connection when both streams have ended or nothing more can come. */
static void end_in_time(link_t *link)
{
    bool enough = link->heard_size >= link->enough || pn_tls_is_input_closed(link->tls);
    if (enough && !link->unsaid && !link->closed) {
        link->closed = true;
        pn_tls_close_output(link->tls);
    }
    bool told = !pn_tls_is_encrypt_output_pending(link->tls);
    link->error = pn_tls_get_session_error(link->tls);
    if (link->error && told) pn_raw_connection_close(link->raw);
    if (link->closed && !link->staged && pn_tls_is_secure(link->tls) && told)
        pn_raw_connection_write_close(link->raw);
    if (pn_tls_is_input_closed(link->tls) && pn_raw_connection_is_write_closed(link->raw))
        pn_raw_connection_close(link->raw);
}

static void flow(link_t *link)
{
    do {
        pn_tls_process(link->tls);
        take_back(link);
        end_in_time(link);
        pn_tls_process(link->tls);
        link->secure = link->secure || pn_tls_is_secure(link->tls);
    } while (move_one(link));
    while (link->readers < READERS && pn_raw_connection_read_buffers_capacity(link->raw)) {
        pn_raw_buffer_t buffer = blank(link);
        link->readers += pn_raw_connection_give_read_buffers(link->raw, &buffer, 1);
    }
    end_in_time(link);
}

/* Keeps what the session knows, and gives everything back. */
static void finish(link_t *link)
{
    const char *name, *subject = pn_tls_get_remote_subject(link->tls);
    size_t size;
    pn_raw_buffer_t buffer;
    if (subject) snprintf(link->subject, sizeof link->subject, "%s", subject);
    if (pn_tls_get_alpn_protocol(link->tls, &name, &size))
        snprintf(link->protocol, sizeof link->protocol, "%.*s", (int)size, name);
    pn_tls_get_session_error_string(link->tls, link->why, sizeof link->why);
    link->input_closed = pn_tls_is_input_closed(link->tls);
    pn_tls_stop(link->tls);
    take_back(link);
    while (pn_tls_take_encrypt_output_buffers(link->tls, &buffer, 1)) release(link, &buffer);
    pn_tls_free(link->tls);
    CHECK(link->lent == 0);
    link->ended = true;
    alive--;
}

static void give_back(link_t *link)
{
    pn_raw_buffer_t buffer;
    while (pn_raw_connection_take_written_buffers(link->raw, &buffer, 1)) release(link, &buffer);
}

static void drain(link_t *link)
{
    pn_raw_buffer_t buffer;
    give_back(link);
    while (pn_raw_connection_take_read_buffers(link->raw, &buffer, 1)) release(link, &buffer);
}

static void handle(pn_event_t *event)
{
    pn_raw_connection_t *raw = pn_event_raw_connection(event);
    pn_listener_t *listener = pn_event_listener(event);
    link_t *link = raw ? pn_raw_connection_get_context(raw) : NULL;
    switch (pn_event_type(event)) {
    case PN_LISTENER_ACCEPT: {
        link = pn_listener_get_context(listener);
        pn_raw_connection_set_context(link->raw, link);
        pn_listener_raw_accept(listener, link->raw);
        pn_listener_close(listener);
        break;
    }
    case PN_LISTENER_CLOSE: alive--; break;
    case PN_RAW_CONNECTION_CONNECTED: CHECK(pn_tls_start(link->tls) == 0); flow(link); break;
    case PN_RAW_CONNECTION_WRITTEN:
        give_back(link);
        flow(link);
        see_off(link);
        break;
    case PN_RAW_CONNECTION_READ:
    case PN_RAW_CONNECTION_NEED_READ_BUFFERS:
    case PN_RAW_CONNECTION_NEED_WRITE_BUFFERS: flow(link); break;
    case PN_RAW_CONNECTION_CLOSED_READ:
        flow(link);
        if (!pn_tls_is_input_closed(link->tls)) pn_raw_connection_close(link->raw);
        break;
    case PN_RAW_CONNECTION_DRAIN_BUFFERS: drain(link); break;
    case PN_RAW_CONNECTION_DISCONNECTED: drain(link); finish(link); break;
    default: break;
    }
}

/* Runs until everything has ended. */
static void run(void)
{
    while (alive) {
        pn_event_batch_t *batch = pn_proactor_wait(proactor);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) handle(event);
        pn_proactor_done(proactor, batch);
    }
}

static link_t new_link(pn_tls_config_t *config, const char *words, size_t size, size_t enough)
{
    link_t link = {.raw = pn_raw_connection(), .tls = pn_tls(config), .words = words, .unsaid = size, .enough = enough};
    alive++;
    return link;
}

static void dial(link_t *link, const char *address)
{
    pn_tls_set_peer_hostname(link->tls, NAME);
    pn_raw_connection_set_context(link->raw, link);
    pn_proactor_raw_connect(proactor, link->raw, address);
}

/* Listens for one client, and gives the address. */
static const char *serve(link_t *link)
{
    static char address[PN_MAX_ADDR];
    pn_listener_t *listener = pn_listener();
    pn_listener_set_context(listener, link);
    alive++;
    pn_proactor_listen(proactor, listener, "127.0.0.1:0", 4);
    for (bool open = false; !open;) {
        pn_event_batch_t *batch = pn_proactor_wait(proactor);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) open = open || pn_event_type(event) == PN_LISTENER_OPEN;
        pn_proactor_done(proactor, batch);
    }
    pn_netaddr_str(pn_listener_addr(listener), address, sizeof address);
    return address;
}

static pn_tls_config_t *known(void)
{
    pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_SERVER);
    CHECK(pn_tls_config_set_credentials(config, FILE_OF("server.pem"), FILE_OF("server.key"), NULL) == 0);
    return config;
}

static pn_tls_config_t *trusting(const char *authorities)
{
    pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_CLIENT);
    CHECK(pn_tls_config_set_trusted_certs(config, authorities) == 0);
    return config;
}

static void with_protocols(pn_tls_config_t *config, const char *first, const char *second)
{
    const char *names[] = {first, second};
    CHECK(pn_tls_config_set_alpn_protocols(config, names, second ? 2 : 1) == 0);
}

static void demanding(pn_tls_config_t *config)
{
    CHECK(pn_tls_config_set_trusted_certs(config, FILE_OF("ca.pem")) == 0);
    CHECK(pn_tls_config_set_peer_authentication(config, PN_TLS_VERIFY_PEER, FILE_OF("ca.pem")) == 0);
}

static bool heard(const link_t *link, const char *words, size_t size)
{
    return link->heard_size == size && !memcmp(link->heard, words, size);
}

/* A link as it has to end when nothing went wrong. */
static void ended_well(link_t *link)
{
    if (!CHECK(link->secure && link->input_closed && !link->error)) printf("%d %s\n", link->error, link->why);
    free(link->heard);
}

/* A program of this library at either end. The client ends its half before or after it has heard the echo. */
static void echo(size_t size, bool early)
{
    char *words = grown(NULL, size);
    for (size_t i = 0; i < size; i++) words[i] = (char)(i * 13 + i / 255);
    pn_tls_config_t *asking = trusting(FILE_OF("ca.pem")), *asked = known();
    link_t server = new_link(asked, NULL, 0, SIZE_MAX), client = new_link(asking, words, size, early ? 0 : size);
    server.echo = true;
    dial(&client, serve(&server));
    run();
    CHECK(heard(&server, words, size) && heard(&client, words, size));
    ended_well(&client);
    ended_well(&server);
    pn_tls_config_free(asking);
    pn_tls_config_free(asked);
    free(words);
}

/* A client that trusts somebody else: both ends learn of it. */
static void refused(void)
{
    pn_tls_config_t *asking = trusting(FILE_OF("wrong-ca.pem")), *asked = known();
    link_t server = new_link(asked, NULL, 0, SIZE_MAX), client = new_link(asking, "secret", 6, SIZE_MAX);
    dial(&client, serve(&server));
    run();
    CHECK(client.error == PN_TLS_AUTHENTICATION_ERR && strstr(client.why, "certificate verify failed"));
    CHECK(server.error == PN_TLS_PROTOCOL_ERR && *server.why);
    CHECK(!server.heard_size && !client.secure && !client.input_closed && !server.input_closed);
    pn_tls_config_free(asking);
    pn_tls_config_free(asked);
}

/* Starts openssl's own program. */
static openssl_t openssl(const char *const *arguments)
{
    int in[2], out[2];
    openssl_t started = {.process = -1};
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) abort();
    started.process = fork();
    if (started.process == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(out[1], 2);
        alarm(PATIENCE);
        execvp("openssl", (char *const *)arguments);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    started.input = in[1];
    started.output = fdopen(out[0], "r");
    return started;
}

/* Hears it out. */
static void listen_to(openssl_t *program)
{
    size_t before = strlen(program->said);
    size_t size = fread(program->said + before, 1, sizeof program->said - 1 - before, program->output);
    program->said[before + size] = '\0';
    fclose(program->output);
    if (program->input >= 0) close(program->input);
    waitpid(program->process, NULL, 0);
}

static bool said(const openssl_t *program, const char *text)
{
    bool found = strstr(program->said, text) != NULL;
    if (!found) printf("openssl did not say %s, but:\n%s\n", text, program->said);
    return found;
}

/* Openssl's client with some options, against a server that echoes; it ends its half first, or the server does. */
static void openssl_client(const char *version, bool certificate, bool client_first)
{
    pn_tls_config_t *asked = known();
    if (certificate) demanding(asked);
    with_protocols(asked, "amqp", "h2");
    link_t server = new_link(asked, NULL, 0, client_first ? SIZE_MAX : 6);
    server.echo = true;
    const char *address = serve(&server);
    const char *const arguments[] = {"openssl", "s_client", "-connect", address, "-CAfile", FILE_OF("ca.pem"),
        "-verify_return_error", "-servername", NAME, "-verify_hostname", NAME, "-alpn", "h2,amqp", version,
        client_first ? "-no_ign_eof" : "-ign_eof", certificate ? "-cert" : NULL, FILE_OF("client.pem"), "-key",
        FILE_OF("client.key"), NULL};
    openssl_t client = openssl(arguments);
    CHECK(write(client.input, "hello\n", 6) == 6);
    if (client_first) server.ends = &client;
    run();
    listen_to(&client);
    CHECK(heard(&server, "hello\n", 6));
    CHECK(said(&client, "hello\n") && said(&client, "ALPN protocol: amqp"));
    CHECK(said(&client, version[6] == '3' ? "TLSv1.3" : "TLSv1.2"));
    CHECK(!strcmp(server.protocol, "amqp"));
    CHECK(!strcmp(server.subject, certificate ? "CN=client,O=Protium tests" : ""));
    ended_well(&server);
    pn_tls_config_free(asked);
}

/* Openssl's client has no certificate: it is told so. */
static void openssl_client_unknown(void)
{
    pn_tls_config_t *asked = known();
    demanding(asked);
    link_t server = new_link(asked, NULL, 0, SIZE_MAX);
    const char *address = serve(&server);
    const char *const arguments[] = {"openssl", "s_client", "-connect", address, "-CAfile", FILE_OF("ca.pem"),
        "-ign_eof", NULL};
    openssl_t client = openssl(arguments);
    run();
    listen_to(&client);
    CHECK(server.error == PN_TLS_AUTHENTICATION_ERR && strstr(server.why, "peer did not return a certificate"));
    CHECK(said(&client, "certificate required"));
    pn_tls_config_free(asked);
}

/* Openssl's client offers nothing that the server speaks. */
static void openssl_client_foreign(void)
{
    pn_tls_config_t *asked = known();
    with_protocols(asked, "amqp", NULL);
    link_t server = new_link(asked, NULL, 0, SIZE_MAX);
    const char *address = serve(&server);
    const char *const arguments[] = {"openssl", "s_client", "-connect", address, "-CAfile", FILE_OF("ca.pem"),
        "-alpn", "h2,http/1.1", "-ign_eof", NULL};
    openssl_t client = openssl(arguments);
    run();
    listen_to(&client);
    CHECK(server.error == PN_TLS_PROTOCOL_ERR && *server.why);
    CHECK(said(&client, "alert no application protocol"));
    pn_tls_config_free(asked);
}

/* Openssl's server, asking for a certificate or not. */
static void openssl_server(const char *version, bool certificate)
{
    const char *const arguments[] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert",
        FILE_OF("server.pem"), "-key", FILE_OF("server.key"), "-alpn", "amqp", version,
        certificate ? "-Verify" : NULL, "1", "-CAfile", FILE_OF("ca.pem"), "-verify_return_error", NULL};
    openssl_t server = openssl(arguments);
    pn_tls_config_t *asking = trusting(FILE_OF("ca.pem"));
    with_protocols(asking, "h2", "amqp");
    if (certificate)
        CHECK(pn_tls_config_set_credentials(asking, FILE_OF("client.pem"), FILE_OF("client.key"), NULL) == 0);
    link_t client = new_link(asking, "good morning\n", 13, 8);
    CHECK(write(server.input, "welcome\n", 8) == 8);
    char address[PN_MAX_ADDR];
    snprintf(address, sizeof address, "%s", await(&server, "ACCEPT "));
    dial(&client, address);
    run();
    listen_to(&server);
    CHECK(heard(&client, "welcome\n", 8) && !strcmp(client.protocol, "amqp"));
    CHECK(!strcmp(client.subject, "CN=" NAME));
    CHECK(said(&server, "good morning\n"));
    CHECK(!certificate || said(&server, "CN = client"));
    ended_well(&client);
    pn_tls_config_free(asking);
}

/* A peer that goes without ending its stream. */
static void cut_off(void)
{
    pn_tls_config_t *asked = known();
    link_t server = new_link(asked, NULL, 0, SIZE_MAX);
    const char *address = serve(&server);
    const char *const arguments[] = {"openssl", "s_client", "-connect", address, "-CAfile", FILE_OF("ca.pem"),
        "-ign_eof", "-quiet", NULL};
    openssl_t client = openssl(arguments);
    CHECK(write(client.input, "cut", 3) == 3);
    server.echo = true;
    server.dies = &client;
    run();
    listen_to(&client);
    CHECK(heard(&server, "cut", 3));
    CHECK(server.secure && !server.input_closed && !server.error);
    free(server.heard);
    pn_tls_config_free(asked);
}

int main(void)
{
    alarm(PATIENCE);
    signal(SIGPIPE, SIG_IGN);
    proactor = pn_proactor();
    echo(1, false);
    echo(1, true);
    echo(300000, false);
    echo(300000, true);
    refused();
    openssl_client("-tls1_2", false, false);
    openssl_client("-tls1_3", false, true);
    openssl_client("-tls1_3", true, false);
    openssl_client("-tls1_2", true, true);
    openssl_client_unknown();
    openssl_client_foreign();
    openssl_server("-tls1_2", false);
    openssl_server("-tls1_3", true);
    cut_off();
    pn_proactor_free(proactor);
    return checks_result();
}
