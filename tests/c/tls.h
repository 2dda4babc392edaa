/* TLS in memory: two engines, A the client and B the server, whose bytes a program may cut, change and count.
 *
 * What is printed: events in order, what the queries say whenever it changes, and log lines where a program asks for
 * them. Bytes are never printed, because they differ from run to run. Names of files are relative to the folder of
 * certificates, so that no path gets into a transcript.
 */
#ifndef TLS_H
#define TLS_H

#include "transcript.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/logger.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/ssl.h>
#include <proton/transport.h>

#include <unistd.h>

#ifndef CERTIFICATES
#define CERTIFICATES "build/certificates"
#endif

typedef struct end_t {
    const char *name;
    pn_connection_t *connection;
    pn_transport_t *transport;
    pn_collector_t *collector;
    pn_ssl_t *ssl; /* NULL without TLS */
    bool told;     /* that its output has ended */
    char state[512];
    size_t written; /* bytes that went out */
} end_t;

static _Thread_local end_t A, B;

/* How many bytes go over at once; 0 is as many as there are. */
static _Thread_local size_t piece;

/* May look at what goes over, and change it. What it returns is how many bytes still go. */
static _Thread_local size_t (*on_the_way)(end_t *from, char *start, size_t size);

/* Log lines end up in the transcript while this is set. */
static _Thread_local bool logs;

/* The words of TLS libraries differ: they are left out while this is set. */
static bool brief;

/* What the queries say is printed after every piece of bytes while this is set, and else when both ends are quiet. */
static _Thread_local bool at_every_step;

/* When which half of a stream ends is not told while this is set. */
static _Thread_local bool ends_aside;

/* The end that failed first. When and how the other one learns of it is the business of another program, because older
 * releases do not send alerts. */
static _Thread_local end_t *failed;
static _Thread_local bool other_told; /* what became of the other */

/* What an older release says in the words of a newer one. */
static MAYBE const char *newer_words(const char *message)
{
    static _Thread_local char out[400];
    static const struct { const char *head, *newer; } words[] = {
        {"SSL_CTX_use_certificate_chain_file( ", "Failed to load certificate"},
        {"SSL_CTX_use_PrivateKey_file( ", "Failed to load private key"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t head = strlen(words[i].head);
        const char *end = strstr(message, " ) failed");
        if (strncmp(message, words[i].head, head) || !end) continue;
        snprintf(out, sizeof out, "%s %.*s", words[i].newer, (int)(end - message - (long)head), message + head);
        return out;
    }
    return message;
}

/* Is a line one of Proton's own? What the TLS library adds to it is its business, and so is which bytes went where. */
static MAYBE bool worth_telling(const char *message)
{
    static const char *const heads[] = {
        "Checking identifying name", "SubjectAltName", "commonName", "Name from peer", "Failed to", "SSL_CTX_load", "Error:",
        "The key file", "stat(", "Invalid", "Cannot permit",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (!strncmp(message, heads[i], strlen(heads[i]))) return true;
    return false;
}

static void log_line(intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message)
{
    message = newer_words(message);
    if (logs && worth_telling(message))
        say("%s log %s %s %s", context ? (const char *)context : "domain", pn_logger_subsystem_name(subsystem),
            pn_logger_level_name(level), message);
}

/* What every program begins with. */
static MAYBE void begin_tls(void)
{
    if (chdir(CERTIFICATES)) {
        printf("there are no certificates in %s\n", CERTIFICATES);
        exit(1);
    }
    brief = getenv("BRIEF") != NULL;
    pn_logger_set_log_sink(pn_default_logger(), log_line, 0);
}

/* A domain with the certificate and key of a name (NULL: none) that trusts the root authority. */
static MAYBE pn_ssl_domain_t *domain(pn_ssl_mode_t mode, const char *certificate)
{
    pn_ssl_domain_t *made = pn_ssl_domain(mode);
    char pem[64], key[64];
    if (certificate) {
        const char *key_name = !strcmp(certificate, "chain") ? "leaf"
            : !strcmp(certificate, "client-chain") ? "client-leaf" : certificate;
        snprintf(pem, sizeof pem, "%s.pem", certificate);
        snprintf(key, sizeof key, "%s.key", key_name);
        int set = pn_ssl_domain_set_credentials(made, pem, key, NULL);
        if (set) say("credentials %s: %d", certificate, set);
    }
    int trusted = pn_ssl_domain_set_trusted_ca_db(made, "ca.pem");
    if (trusted) say("trust: %d", trusted);
    return made;
}

/* A client's domain with a mode of verification. */
static MAYBE pn_ssl_domain_t *client_domain(pn_ssl_verify_mode_t mode, const char *certificate)
{
    pn_ssl_domain_t *made = domain(PN_SSL_MODE_CLIENT, certificate);
    int set = pn_ssl_domain_set_peer_authentication(made, mode, NULL);
    if (set) say("client mode %d: %d", mode, set);
    return made;
}

/* A server's domain with a mode of verification. */
static MAYBE pn_ssl_domain_t *server_domain(pn_ssl_verify_mode_t mode, const char *certificate)
{
    pn_ssl_domain_t *made = domain(PN_SSL_MODE_SERVER, certificate);
    int set = pn_ssl_domain_set_peer_authentication(made, mode, mode == PN_SSL_ANONYMOUS_PEER ? NULL : "ca.pem");
    if (set) say("server mode %d: %d", mode, set);
    return made;
}

/* An end with a connection, bound when `start` is called. */
static MAYBE void make_end(end_t *end, const char *name, bool server)
{
    memset(end, 0, sizeof *end);
    end->name = name;
    end->connection = pn_connection();
    end->collector = pn_collector();
    end->transport = pn_transport();
    if (server) pn_transport_set_server(end->transport);
    pn_connection_set_container(end->connection, name);
    pn_connection_collect(end->connection, end->collector);
    pn_logger_t *logger = pn_transport_logger(end->transport);
    pn_logger_set_log_sink(logger, log_line, (intptr_t)name);
    pn_logger_reset_mask(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
    pn_logger_set_mask(logger, PN_SUBSYSTEM_SSL, PN_LEVEL_ALL);
}

/* Gives an end a TLS session. */
static MAYBE int secure(end_t *end, pn_ssl_domain_t *domain, const char *session)
{
    end->ssl = pn_ssl(end->transport);
    return pn_ssl_init(end->ssl, domain, session);
}

/* Two ends that are not bound yet; either domain may be NULL, which is an end without TLS. The hostname is the client's
 * connection's. */
static MAYBE void make_ends(pn_ssl_domain_t *client, pn_ssl_domain_t *server, const char *hostname)
{
    make_end(&A, "A", false);
    make_end(&B, "B", true);
    if (hostname) pn_connection_set_hostname(A.connection, hostname);
    if (client && secure(&A, client, NULL)) say("A init failed");
    if (server && secure(&B, server, NULL)) say("B init failed");
}

static MAYBE void bind_ends(void)
{
    pn_transport_bind(A.transport, A.connection);
    pn_transport_bind(B.transport, B.connection);
}

/* Is the fingerprint the one that openssl made? */
static MAYBE const char *whose(pn_ssl_t *ssl)
{
    static const char *const names[] = {"server", "client"};
    char print[65];
    if (pn_ssl_get_cert_fingerprint(ssl, print, sizeof print, PN_SSL_SHA256)) return "none";
    for (size_t i = 0; i < 2; i++) {
        char path[64], line[128] = "";
        snprintf(path, sizeof path, "%s.sha256", names[i]);
        FILE *file = fopen(path, "r");
        if (file && !fgets(line, sizeof line, file)) line[0] = '\0';
        if (file) fclose(file);
        if (!strncmp(line, print, 64)) return names[i];
    }
    return "another";
}

/* A condition whole; without the words of the TLS library where another one than the reference's is tested. */
static MAYBE const char *fault_text(pn_condition_t *condition)
{
    static _Thread_local char out[400];
    if (!pn_condition_is_set(condition)) return "(unset)";
    const char *description = pn_condition_get_description(condition);
    if (brief && description && !strncmp(description, "SSL Failure: ", 13)) description = "SSL Failure";
    snprintf(out, sizeof out, "%s: %s", pn_condition_get_name(condition), description ? description : "(null)");
    return out;
}

/* What became of the end that failed second. */
static MAYBE void say_other(end_t *end)
{
    pn_condition_t *condition = pn_transport_condition(end->transport);
    const char *description = pn_condition_get_description(condition);
    if (description && !strncmp(description, "SSL Failure: ", 13)) description = "SSL Failure";
    say("%s fails too: %s: %s closed=%d", end->name, text(pn_condition_get_name(condition)), text(description),
        pn_transport_closed(end->transport));
}

/* What the queries say; printed when it is not what they said before. */
static MAYBE void say_state(end_t *end)
{
    char state[sizeof end->state], cipher[64] = "?", protocol[32] = "?";
    pn_transport_t *t = end->transport;
    bool has_cipher = end->ssl && pn_ssl_get_cipher_name(end->ssl, cipher, sizeof cipher);
    bool has_protocol = end->ssl && pn_ssl_get_protocol_name(end->ssl, protocol, sizeof protocol);
    snprintf(state, sizeof state,
             "encrypted=%d authenticated=%d ssf=%d cipher=%s protocol=%s resume=%d subject=%s certificate=%s user=%s",
             pn_transport_is_encrypted(t), pn_transport_is_authenticated(t), end->ssl ? pn_ssl_get_ssf(end->ssl) : -1,
             has_cipher ? cipher : "-", has_protocol ? protocol : "-",
             end->ssl ? (int)pn_ssl_resume_status(end->ssl) : -1,
             end->ssl ? text(pn_ssl_get_remote_subject(end->ssl)) : "-", end->ssl ? whose(end->ssl) : "-",
             text(pn_transport_get_user(t)));
    if (strcmp(state, end->state)) {
        memcpy(end->state, state, sizeof state);
        say("%s is %s", end->name, state);
    }
}

/* What to do with an event besides printing it. */
static _Thread_local void (*on_event)(end_t *end, pn_event_t *event);

static MAYBE void say_events(end_t *end)
{
    if (!end->collector) return;
    for (pn_event_t *event; (event = pn_collector_peek(end->collector)); pn_collector_pop(end->collector)) {
        pn_event_type_t type = pn_event_type(event);
        if (type == PN_TRANSPORT_ERROR && !failed) failed = end;
        if (failed && failed != end && type >= PN_TRANSPORT_ERROR && type <= PN_TRANSPORT_CLOSED) continue;
        if (ends_aside && type > PN_TRANSPORT_ERROR && type <= PN_TRANSPORT_CLOSED) continue;
        if (type == PN_TRANSPORT_ERROR)
            say("%s PN_TRANSPORT_ERROR %s", end->name, fault_text(pn_transport_condition(end->transport)));
        else if (type != PN_TRANSPORT) /* how often there is something to write is nobody's business */
            say("%s %s", end->name, pn_event_type_name(type));
        if (type == PN_CONNECTION_REMOTE_CLOSE)
            say("%s is told %s", end->name, fault_text(pn_connection_remote_condition(end->connection)));
        if (on_event) on_event(end, event);
    }
}

/* Carries what one end has to say to the other, a piece at a time. True if there was anything. */
static MAYBE bool carry(end_t *from, end_t *to)
{
    bool moved = false;
    ssize_t size;
    if (!from->transport) return false;
    while ((size = pn_transport_pending(from->transport)) > 0) {
        size_t some = piece && piece < (size_t)size ? piece : (size_t)size;
        char *copy = malloc(some);
        memcpy(copy, pn_transport_head(from->transport), some);
        size_t left = on_the_way ? on_the_way(from, copy, some) : some;
        pn_transport_pop(from->transport, some);
        from->written += some;
        for (size_t at = 0; to->transport && at < left;) {
            ssize_t taken = pn_transport_push(to->transport, copy + at, left - at);
            if (taken <= 0) break; /* nobody listens any more */
            at += (size_t)taken;
        }
        free(copy);
        moved = true;
        if (piece) {
            say_events(to);
            if (to->transport && at_every_step) say_state(to);
        }
    }
    if (size < 0 && !from->told) {
        from->told = moved = true;
        if (!ends_aside && (!failed || failed == from)) say("%s ends its output", from->name);
        if (to->transport && pn_transport_capacity(to->transport) >= 0) pn_transport_close_tail(to->transport);
    }
    return moved;
}

static MAYBE void look(bool states)
{
    say_events(&A);
    say_events(&B);
    for (end_t *end = &A;; end = &B) {
        /* What is left of a session that has failed is the business of another program. */
        if (end->transport && (at_every_step || (states && !pn_condition_is_set(pn_transport_condition(end->transport)))))
            say_state(end);
        if (end == &B) break;
    }
}

/* Lets the ends talk until both are quiet. */
static MAYBE void settle(void)
{
    bool moved;
    int rounds = 0;
    do {
        look(false);
        moved = carry(&A, &B);
        look(false);
        moved = carry(&B, &A) || moved;
    } while (moved && ++rounds < 2000);
    if (rounds == 2000) say("no end in sight");
    look(true);
    end_t *other = failed == &A ? &B : &A;
    if (failed && !other_told && other->transport) say_other(other);
    other_told = failed;
}

static MAYBE void free_end(end_t *end)
{
    if (end->transport) pn_transport_unbind(end->transport);
    if (end->connection) pn_connection_free(end->connection);
    if (end->transport) pn_transport_free(end->transport);
    if (end->collector) pn_collector_free(end->collector);
    memset(end, 0, sizeof *end);
}

static MAYBE void free_ends(void)
{
    free_end(&A);
    free_end(&B);
    piece = 0;
    other_told = at_every_step = ends_aside = logs = false;
    failed = NULL;
    on_the_way = NULL;
    on_event = NULL;
}

/* Opens both, closes both, if they get so far. */
static MAYBE void whole_life(void)
{
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    pn_connection_open(B.connection);
    settle();
    pn_connection_close(A.connection);
    settle();
    pn_connection_close(B.connection);
    settle();
    if (ends_aside) say("closed %d %d", pn_transport_closed(A.transport), pn_transport_closed(B.transport));
}

#endif
