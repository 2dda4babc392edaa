/* Differential program: whom a domain trusts, with a system's authorities that a test can choose: the environment names
 * a file that OpenSSL takes in place of the distribution's. */
#define _POSIX_C_SOURCE 200809L
#include "tls.h"

/* Does a client with this domain believe a server? */
static const char *believes(pn_ssl_domain_t *client, const char *certificate)
{
    muted = true;
    pn_ssl_domain_t *server = pn_ssl_domain(PN_SSL_MODE_SERVER);
    char pem[64], key[64];
    snprintf(pem, sizeof pem, "%s.pem", certificate);
    snprintf(key, sizeof key, "%s.key", !strcmp(certificate, "chain") ? "leaf" : certificate);
    pn_ssl_domain_set_credentials(server, pem, key, NULL);
    make_ends(client, server, "server.example.test");
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    bool failed = pn_condition_is_set(pn_transport_condition(A.transport));
    free_ends();
    pn_ssl_domain_free(server);
    muted = false;
    return failed ? "no" : "yes";
}

static void try(const char *name, const char *const *databases)
{
    section(name);
    pn_ssl_domain_t *client = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    for (; *databases; databases++) say("trust %s: %d", *databases, pn_ssl_domain_set_trusted_ca_db(client, *databases));
    say("by the system's authority %s", believes(client, "wrong-server"));
    say("by the other authority %s", believes(client, "server"));
    say("by its intermediate, sent %s", believes(client, "chain"));
    say("by its intermediate, not sent %s", believes(client, "leaf"));
    say("by itself %s", believes(client, "self-signed"));
    say("by another of the same name %s", believes(client, "false-server"));
    pn_ssl_domain_free(client);
}

#define TRUSTING(...) (const char *const[]){__VA_ARGS__, NULL}

int main(void)
{
    begin_tls();
    setenv("SSL_CERT_FILE", "wrong-ca.pem", 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    try("the system's", TRUSTING(NULL));
    try("a file", TRUSTING("ca.pem"));
    try("a folder", TRUSTING("ca-directory"));
    try("a bundle", TRUSTING("bundle.pem"));
    try("a file and another", TRUSTING("intermediate.pem", "ca.pem"));
    try("two files", TRUSTING("ca.pem", "wrong-ca.pem"));
    try("a file and a folder", TRUSTING("wrong-ca.pem", "ca-directory"));
    try("a file that is none", TRUSTING("garbage.pem"));
    try("a file, then one that is none", TRUSTING("ca.pem", "garbage.pem"));
    try("an intermediate", TRUSTING("intermediate.pem"));
    try("the server's certificate", TRUSTING("server.pem"));
    try("a certificate that signed itself", TRUSTING("self-signed.pem"));
    try("a false authority", TRUSTING("false-ca.pem"));
    return 0;
}
