/* Differential program: what the setters of a domain return and log, in every misuse, for clients and servers. */
#include "tls.h"

static const struct { const char *name; pn_ssl_mode_t mode; } kinds[] = {
    {"client", PN_SSL_MODE_CLIENT},
    {"server", PN_SSL_MODE_SERVER},
};

static void name_section(const char *kind, const char *what)
{
    static char name[80];
    snprintf(name, sizeof name, "%s: %s", kind, what);
    section(name);
}

static void made(void)
{
    section("making domains");
    say("present %d", pn_ssl_present());
    static const int modes[] = {0, 1, 2, 3, -1};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        pn_ssl_domain_t *domain = pn_ssl_domain((pn_ssl_mode_t)modes[i]);
        say("mode %d: %s", modes[i], domain ? "a domain" : "nothing");
        if (domain) pn_ssl_domain_free(domain);
    }
    section("no domain");
    say("credentials %d", pn_ssl_domain_set_credentials(NULL, "server.pem", "server.key", NULL));
    say("trust %d", pn_ssl_domain_set_trusted_ca_db(NULL, "ca.pem"));
    say("mode %d", pn_ssl_domain_set_peer_authentication(NULL, PN_SSL_VERIFY_PEER, "ca.pem"));
    say("unsecured %d", pn_ssl_domain_allow_unsecured_client(NULL));
}

static void credentials(const char *kind, pn_ssl_mode_t mode)
{
    static const struct { const char *name, *certificate, *key, *password; } cases[] = {
        {"a pair", "server.pem", "server.key", NULL},
        {"a pair and a password nobody asks for", "server.pem", "server.key", "secret"},
        {"RSA", "server-rsa.pem", "server-rsa.key", NULL},
        {"Ed25519", "server-ed25519.pem", "server-ed25519.key", NULL},
        {"a chain", "chain.pem", "leaf.key", NULL},
        {"one file", "combined.pem", "combined.pem", NULL},
        {"one file, key first", "combined-key-first.pem", "combined-key-first.pem", NULL},
        {"an encrypted key", "server.pem", "server-pkcs8.key", "secret"},
        {"an encrypted key, wrong password", "server.pem", "server-pkcs8.key", "wrong"},
        {"an encrypted key, empty password", "server.pem", "server-pkcs8.key", ""},
        {"an old encrypted key", "server.pem", "server-legacy.key", "secret"},
        {"an old encrypted key, wrong password", "server.pem", "server-legacy.key", "wrong"},
        {"the key of another", "server.pem", "client.key", NULL},
        {"a key of another kind", "server.pem", "server-rsa.key", NULL},
        {"no such certificate", "absent.pem", "server.key", NULL},
        {"no such key", "server.pem", "absent.key", NULL},
        {"an empty certificate", "empty.pem", "server.key", NULL},
        {"an empty key", "server.pem", "empty.pem", NULL},
        {"a text for a certificate", "garbage.pem", "server.key", NULL},
        {"a text for a key", "server.pem", "garbage.pem", NULL},
        {"half a certificate", "cut.pem", "server.key", NULL},
        {"a damaged certificate", "damaged.pem", "server.key", NULL},
        {"a certificate in DER", "server.der", "server.key", NULL},
        {"a key for a certificate", "server.key", "server.key", NULL},
        {"a certificate for a key", "server.pem", "server.pem", NULL},
        {"a folder for a certificate", "ca-directory", "server.key", NULL},
        {"a folder for a key", "server.pem", "ca-directory", NULL},
        {"empty names", "", "", NULL},
        {"a certificate that has expired", "expired.pem", "expired.key", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        name_section(kind, cases[i].name);
        pn_ssl_domain_t *domain = pn_ssl_domain(mode);
        say("credentials %d", pn_ssl_domain_set_credentials(domain, cases[i].certificate, cases[i].key, cases[i].password));
        say("and again %d", pn_ssl_domain_set_credentials(domain, "server.pem", "server.key", NULL));
        pn_ssl_domain_free(domain);
    }
    name_section(kind, "a weak key");
    pn_ssl_domain_t *domain = pn_ssl_domain(mode);
    say("while anonymous %d", pn_ssl_domain_set_credentials(domain, "weak.pem", "weak.key", NULL));
    pn_ssl_domain_free(domain);
}

static void trust(const char *kind, pn_ssl_mode_t mode)
{
    static const struct { const char *name, *path; } cases[] = {
        {"a file", "ca.pem"},
        {"a bundle", "bundle.pem"},
        {"a folder", "ca-directory"},
        {"a folder without certificates", "/usr"},
        {"nothing there", "absent.pem"},
        {"an empty name", ""},
        {"an empty file", "empty.pem"},
        {"a text", "garbage.pem"},
        {"half a certificate", "cut.pem"},
        {"a damaged certificate", "damaged.pem"},
        {"DER", "ca.der"},
        {"a key", "server.key"},
        {"a certificate with its key", "combined.pem"},
        {"a device", "/dev/null"},
    };
    pn_ssl_domain_t *domain = pn_ssl_domain(mode);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char what[60];
        snprintf(what, sizeof what, "trusting %s", cases[i].name);
        name_section(kind, what);
        say("trust %d", pn_ssl_domain_set_trusted_ca_db(domain, cases[i].path));
    }
    pn_ssl_domain_free(domain);
}

static void modes(const char *kind, pn_ssl_mode_t mode)
{
    static const int numbers[] = {PN_SSL_VERIFY_NULL, PN_SSL_VERIFY_PEER, PN_SSL_ANONYMOUS_PEER, PN_SSL_VERIFY_PEER_NAME, 4, -1};
    static const char *const trusted[] = {NULL, "ca.pem", "bundle.pem", "ca-directory", "absent.pem", "empty.pem",
                                          "garbage.pem", ""};
    for (int with = 0; with < 2; with++) {
        pn_ssl_domain_t *domain = pn_ssl_domain(mode);
        if (with) pn_ssl_domain_set_credentials(domain, "server.pem", "server.key", NULL);
        for (size_t m = 0; m < sizeof numbers / sizeof *numbers; m++) {
            char what[60];
            snprintf(what, sizeof what, "mode %d with%s a certificate", numbers[m], with ? "" : "out");
            name_section(kind, what);
            for (size_t t = 0; t < sizeof trusted / sizeof *trusted; t++) {
                int set = pn_ssl_domain_set_peer_authentication(domain, (pn_ssl_verify_mode_t)numbers[m], trusted[t]);
                say("trusting %s: %d", text(trusted[t]), set);
            }
        }
        pn_ssl_domain_free(domain);
    }
}

static void lists(const char *kind, pn_ssl_mode_t mode)
{
    static const char *const ciphers[] = {
        "HIGH", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
        "ALL:!aNULL:!eNULL:@STRENGTH", "aNULL", "NOTHING", "", ":", "HIGH:NOTHING", "!ALL", "TLS_AES_128_GCM_SHA256",
        "HIGH:@SECLEVEL=0", "HIGH HIGH", "high", "PSK",
    };
    static const char *const protocols[] = {
        "TLSv1.3", "TLSv1.2", "TLSv1.2 TLSv1.3", "TLSv1.2,TLSv1.3", "TLSv1.2;TLSv1.3", " TLSv1.2 ,; TLSv1.3 ", "TLSv1",
        "TLSv1.1", "TLSv1 TLSv1.3", "TLSv1.2 TLSv1.2", "", " ", ",", "SSLv3", "TLSv1.4", "TLSv1.2 TLSv1.4", "tlsv1.2",
        "TLSv1.2\tTLSv1.3", "TLSv1.22", "TLSv1.2:TLSv1.3", "TLS",
        /* What releases so far take for more than they say. */
        "T", "TLSv1.", "TLSv",
    };
    name_section(kind, "ciphers");
    pn_ssl_domain_t *domain = pn_ssl_domain(mode);
    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
        say("%s: %d", text(ciphers[i]), pn_ssl_domain_set_ciphers(domain, ciphers[i]));
    name_section(kind, "protocols");
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        say("%s: %d", text(protocols[i]), pn_ssl_domain_set_protocols(domain, protocols[i]));
    name_section(kind, "unsecured clients");
    for (int again = 0; again < 2; again++) say("allow %d", pn_ssl_domain_allow_unsecured_client(domain));
    pn_ssl_domain_free(domain);
}

int main(void)
{
    begin_tls();
    pn_logger_reset_mask(pn_default_logger(), PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
    pn_logger_set_mask(pn_default_logger(), PN_SUBSYSTEM_SSL, PN_LEVEL_ALL);
    logs = true;
    made();
    for (size_t k = 0; k < 2; k++) {
        credentials(kinds[k].name, kinds[k].mode);
        trust(kinds[k].name, kinds[k].mode);
        modes(kinds[k].name, kinds[k].mode);
        lists(kinds[k].name, kinds[k].mode);
    }
    return 0;
}
