/* Differential program: which name in a certificate fits which host. */
#include "tls.h"

static pn_ssl_domain_t *client, *server;

static void try(const char *certificate, const char *host)
{
    muted = true;
    make_ends(client, server, host);
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    bool fits = !pn_condition_is_set(pn_transport_condition(A.transport));
    free_ends();
    muted = false;
    say("%s for <%s> %s", certificate, host, fits ? "fits" : "does not fit");
}

int main(void)
{
    static const char *const certificates[] = {
        "server", "wildcard", "wildcard-cn", "wildcard-part", "wildcard-inner", "wildcard-bare", "wildcard-overlap", "ip",
        "ip-as-dns", "ip-as-cn", "cn", "cn-second", "cn-besides-san", "no-name",
    };
    static const char *const hosts[] = {
        "server.example.test", "SERVER.EXAMPLE.TEST", "server.example.test.", "other.example.test", "server.example",
        "example.test", ".example.test", "a.server.example.test", "server.other.test", "sxerver.example.test", "serverx.example.test",
        "serv.example.test", "server", "localhost", "first", "127.0.0.1", "127.0.0.2", "127.0.00.1", "::1", "0:0:0:0:0:0:0:1", "::2",
        "*.example.test", "xn--server.example.test",
    };
    begin_tls();
    client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    for (size_t c = 0; c < sizeof certificates / sizeof *certificates; c++) {
        section(certificates[c]);
        server = domain(PN_SSL_MODE_SERVER, certificates[c]);
        for (size_t h = 0; h < sizeof hosts / sizeof *hosts; h++) try(certificates[c], hosts[h]);
        if (!strcmp(certificates[c], "wildcard")) {
            char label[80];
            for (int length = 62; length <= 64; length++) {
                memset(label, 'a', sizeof label);
                strcpy(label + length, ".example.test");
                try(certificates[c], label);
            }
        }
        pn_ssl_domain_free(server);
    }
    pn_ssl_domain_free(client);
    return 0;
}
