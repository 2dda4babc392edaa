/* Domains that many threads share: each thread makes connections in memory, whole ones and such as end half-way, while
 * another thread changes the domains and has them read their files again. What begins has to succeed whatever changes,
 * as every change is to something that fits.
 */
#define _GNU_SOURCE
#include "soak/soak.h"
#include "tls.h"

#include <pthread.h>

/* Not in every release. */
extern int protium_ssl_domain_reload(pn_ssl_domain_t *domain, const char *password) __attribute__((weak));

static pn_ssl_domain_t *client, *server, *own;
static atomic_uint left, whole, broken, resumed, changes;
static atomic_bool leaving;

/* A connection from hello to close; half of one if `pieces` are not enough. */
static void connect_once(void)
{
    static const char *const ids[] = {NULL, "one", "two", "three", "four", "five"};
    unsigned rounds = one_in(5) ? any(4) : 100;
    make_ends(NULL, server, "server.example.test");
    REQUIRE(secure(&A, one_in(8) ? NULL : client, ids[any(6)]) == 0, "a session could not be made");
    bool weak = told.reference || pn_ssl_get_ssf(A.ssl) == 0; /* up to 0.40 one that goes on says what it was */
    REQUIRE(weak, "a session is strong before it begins");
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    while (rounds-- > 0 && (carry(&A, &B) | carry(&B, &A))) continue;
    const char *subject = pn_ssl_get_remote_subject(A.ssl);
    if ((pn_connection_state(A.connection) & PN_REMOTE_ACTIVE) && subject) {
        REQUIRE(!strcmp(subject, "CN=server.example.test"), "the server is %s", subject);
        REQUIRE(pn_transport_is_encrypted(A.transport) && pn_transport_is_encrypted(B.transport), "in clear");
        if (pn_ssl_resume_status(A.ssl) == PN_SSL_RESUME_REUSED) atomic_fetch_add(&resumed, 1);
        pn_connection_close(A.connection);
        pn_connection_close(B.connection);
        while (carry(&A, &B) | carry(&B, &A)) continue;
        REQUIRE(pn_transport_closed(A.transport) && pn_transport_closed(B.transport), "not closed");
        REQUIRE(!pn_condition_is_set(pn_transport_condition(A.transport)), "the client failed: %s",
                pn_condition_get_description(pn_transport_condition(A.transport)));
        REQUIRE(!pn_condition_is_set(pn_transport_condition(B.transport)), "the server failed: %s",
                pn_condition_get_description(pn_transport_condition(B.transport)));
        atomic_fetch_add(&whole, 1);
    } else {
        atomic_fetch_add(&broken, 1);
    }
    free_ends();
}

static void *work(void *number)
{
    chance_from(told.seed, (uint64_t)(uintptr_t)number);
    for (;;) {
        unsigned before = atomic_load(&left);
        while (before && !atomic_compare_exchange_weak(&left, &before, before - 1)) continue;
        if (!before) return NULL;
        connect_once();
    }
}

static void change(pn_ssl_domain_t *domain, bool serves)
{
    static const char *const certificates[] = {"server", "server-rsa"};
    static const char *const protocols[] = {"TLSv1.2 TLSv1.3", "TLSv1.3,TLSv1.2"};
    char pem[64], key[64];
    int result = 0;
    switch (any(5)) {
    case 0:
        if (protium_ssl_domain_reload) result = protium_ssl_domain_reload(domain, NULL);
        break;
    case 1: result = pn_ssl_domain_set_trusted_ca_db(domain, one_in(2) ? "ca.pem" : "bundle.pem"); break;
    case 2: result = pn_ssl_domain_set_protocols(domain, protocols[any(2)]); break;
    case 3: result = pn_ssl_domain_set_peer_authentication(domain, serves ? PN_SSL_ANONYMOUS_PEER : PN_SSL_VERIFY_PEER, NULL); break;
    default: {
        const char *name = serves ? certificates[any(2)] : "client";
        snprintf(pem, sizeof pem, "%s.pem", name);
        snprintf(key, sizeof key, "%s.key", name);
        result = pn_ssl_domain_set_credentials(domain, pem, key, NULL);
    }
    }
    REQUIRE(result == 0, "a change was refused: %d", result);
    /* A domain of nobody else comes and goes meanwhile. */
    if (one_in(4)) {
        if (own) pn_ssl_domain_free(own);
        own = pn_ssl_domain(PN_SSL_MODE_CLIENT);
        REQUIRE(own, "no domain");
    }
    atomic_fetch_add(&changes, 1);
}

static void *change_all(void *unused)
{
    chance_from(told.seed, 1000);
    while (!atomic_load(&leaving)) {
        bool serves = any(2);
        change(serves ? server : client, serves);
        pause_ms(any(3));
    }
    return unused;
}

int main(int count, char **arguments)
{
    pthread_t workers[64], changer;
    told.operations = 400;
    hear(count, arguments);
    if (told.threads > 64) told.threads = 64;
    begin_tls();
    muted = true;
    client = client_domain(PN_SSL_VERIFY_PEER, "client");
    server = domain(PN_SSL_MODE_SERVER, "server");
    atomic_store(&left, told.operations);
    /* Releases up to 0.40 do not allow to change what other threads use. */
    bool changing = !told.reference;
    if (changing) pthread_create(&changer, NULL, change_all, NULL);
    for (uintptr_t n = 0; n < told.threads; n++) pthread_create(&workers[n], NULL, work, (void *)n);
    for (unsigned n = 0; n < told.threads; n++) pthread_join(workers[n], NULL);
    atomic_store(&leaving, true);
    if (changing) pthread_join(changer, NULL);
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
    if (own) pn_ssl_domain_free(own);
    printf("%u whole, %u resumed, %u left half-way, %u changes\n", atomic_load(&whole), atomic_load(&resumed),
           atomic_load(&broken), atomic_load(&changes));
    REQUIRE(atomic_load(&whole) > told.operations / 2, "few connections came to their end");
    return all_held();
}
