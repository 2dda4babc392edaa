/* TLS between buffers: the whole of proton/tls.h, used as it should be and as it should not be. */
#include "raw_tls.h"

#define NAME "server.example.test"

static pn_tls_config_t *trusted(void)
{
    return client_config(FILE_OF("ca.pem"));
}

static pn_tls_config_t *known(void)
{
    return server_config(FILE_OF("server.pem"), FILE_OF("server.key"));
}

/* Two ends made from two configurations, which are given up. */
static void pair(end_t *client, end_t *server, pn_tls_config_t *asking, pn_tls_config_t *asked)
{
    *client = start_end(asking, NAME);
    *server = start_end(asked, NULL);
    pn_tls_config_free(asking);
    pn_tls_config_free(asked);
}

/* Two ends whose handshake is over. */
static void secure_pair(end_t *client, end_t *server)
{
    pair(client, server, trusted(), known());
    exchange(client, server, 100000);
    CHECK(pn_tls_is_secure(client->tls) && pn_tls_is_secure(server->tls));
}

static void close_pair(end_t *client, end_t *server)
{
    close_end(client);
    close_end(server);
}

static void without_anything(void)
{
    char text[4];
    const char *name = "left";
    size_t size = 4;
    pn_raw_buffer_t one = {.context = 0, .bytes = text, .capacity = 4, .size = 1, .offset = 0};
    pn_tls_config_free(NULL);
    pn_tls_free(NULL);
    CHECK(!pn_tls(NULL));
    CHECK(pn_tls_config_set_credentials(NULL, "a", "b", NULL) == -1);
    CHECK(pn_tls_config_set_trusted_certs(NULL, "a") == -1);
    CHECK(pn_tls_config_set_peer_authentication(NULL, PN_TLS_ANONYMOUS_PEER, NULL) == -1);
    CHECK(pn_tls_config_set_impl_ciphers(NULL, "ALL") < 0);
    CHECK(pn_tls_config_set_alpn_protocols(NULL, NULL, 0) < 0);
    CHECK(pn_tls_start(NULL) < 0 && pn_tls_stop(NULL) < 0 && pn_tls_process(NULL) == PN_TLS_STATE_ERR);
    CHECK(!pn_tls_is_secure(NULL) && !pn_tls_is_input_closed(NULL));
    pn_tls_close_output(NULL);
    CHECK(pn_tls_get_session_error(NULL) == 0);
    CHECK(pn_tls_get_session_error_string(NULL, text, sizeof text) == 0 && !text[0]);
    CHECK(pn_tls_set_peer_hostname(NULL, "a") == -1 && pn_tls_get_peer_hostname(NULL, text, &size) == -1);
    CHECK(pn_tls_get_ssf(NULL) == 0);
    CHECK(!pn_tls_get_cipher(NULL, &name, &size) && !name && !size);
    CHECK(!pn_tls_get_protocol_version(NULL, NULL, NULL) && !pn_tls_get_alpn_protocol(NULL, NULL, NULL));
    CHECK(!pn_tls_get_remote_subject(NULL));
    CHECK(!pn_tls_get_remote_subject_subfield(NULL, PN_TLS_CERT_SUBJECT_COMMON_NAME));
    CHECK(pn_tls_get_cert_fingerprint(NULL, text, sizeof text, PN_TLS_SHA1) == PN_ERR);
    CHECK(!pn_tls_get_encrypt_input_buffer_capacity(NULL) && !pn_tls_get_encrypt_output_buffer_capacity(NULL));
    CHECK(!pn_tls_get_decrypt_input_buffer_capacity(NULL) && !pn_tls_get_decrypt_output_buffer_capacity(NULL));
    CHECK(!pn_tls_give_encrypt_input_buffers(NULL, &one, 1) && !pn_tls_give_encrypt_output_buffers(NULL, &one, 1));
    CHECK(!pn_tls_give_decrypt_input_buffers(NULL, &one, 1) && !pn_tls_give_decrypt_output_buffers(NULL, &one, 1));
    CHECK(!pn_tls_take_encrypt_input_buffers(NULL, &one, 1) && !pn_tls_take_encrypt_output_buffers(NULL, &one, 1));
    CHECK(!pn_tls_take_decrypt_input_buffers(NULL, &one, 1) && !pn_tls_take_decrypt_output_buffers(NULL, &one, 1));
    CHECK(!pn_tls_get_encrypt_output_buffer_count(NULL) && !pn_tls_get_decrypt_output_buffer_count(NULL));
    CHECK(!pn_tls_get_last_encrypt_output_buffer_size(NULL) && !pn_tls_get_last_decrypt_output_buffer_size(NULL));
    CHECK(!pn_tls_need_encrypt_output_buffers(NULL) && !pn_tls_need_decrypt_output_buffers(NULL));
    CHECK(!pn_tls_is_encrypt_output_pending(NULL) && !pn_tls_is_decrypt_output_pending(NULL));
    pn_tls_set_encrypt_input_buffer_max_capacity(NULL, 1);
    pn_tls_set_encrypt_output_buffer_max_capacity(NULL, 1);
    pn_tls_set_decrypt_input_buffer_max_capacity(NULL, 1);
    pn_tls_set_decrypt_output_buffer_max_capacity(NULL, 1);
}

static void configurations(void)
{
    pn_tls_config_t *client = pn_tls_config(PN_TLS_MODE_CLIENT), *server = pn_tls_config(PN_TLS_MODE_SERVER);
    CHECK(client && server);
    CHECK(!pn_tls_config((pn_tls_mode_t)0) && !pn_tls_config((pn_tls_mode_t)3));
    CHECK(pn_tls_config_set_peer_authentication(server, PN_TLS_VERIFY_PEER, FILE_OF("ca.pem")) == -1);
    CHECK(pn_tls_config_set_credentials(server, FILE_OF("server.pem"), FILE_OF("server.key"), NULL) == 0);
    CHECK(pn_tls_config_set_credentials(server, "/nowhere", FILE_OF("server.key"), NULL) == -3);
    CHECK(pn_tls_config_set_credentials(server, FILE_OF("server.pem"), "/nowhere", NULL) == -4);
    CHECK(pn_tls_config_set_credentials(server, FILE_OF("server.pem"), FILE_OF("client.key"), NULL) == -4);
    CHECK(pn_tls_config_set_credentials(server, NULL, NULL, NULL) < 0);
    CHECK(pn_tls_config_set_trusted_certs(server, FILE_OF("ca.pem")) == 0);
    CHECK(pn_tls_config_set_trusted_certs(server, FILE_OF("ca-directory")) == 0);
    CHECK(pn_tls_config_set_trusted_certs(server, "/nowhere") == -1);
    CHECK(pn_tls_config_set_trusted_certs(server, NULL) == -1);
    CHECK(pn_tls_config_set_peer_authentication(server, PN_TLS_VERIFY_PEER, NULL) == -1);
    CHECK(pn_tls_config_set_peer_authentication(server, PN_TLS_VERIFY_PEER, "/nowhere") == -1);
    CHECK(pn_tls_config_set_peer_authentication(server, PN_TLS_VERIFY_PEER, FILE_OF("ca.pem")) == 0);
    CHECK(pn_tls_config_set_peer_authentication(server, PN_TLS_VERIFY_PEER_NAME, FILE_OF("ca.pem")) == 0);
    CHECK(pn_tls_config_set_peer_authentication(client, PN_TLS_VERIFY_NULL, NULL) == -1);
    CHECK(pn_tls_config_set_peer_authentication(client, (pn_tls_verify_mode_t)9, NULL) == -1);
    CHECK(pn_tls_config_set_peer_authentication(client, PN_TLS_VERIFY_PEER, NULL) == 0);
    CHECK(pn_tls_config_set_peer_authentication(client, PN_TLS_ANONYMOUS_PEER, NULL) == 0);
    CHECK(pn_tls_config_set_impl_ciphers(client, "ECDHE-ECDSA-AES256-GCM-SHA384") == 0);
    CHECK(pn_tls_config_set_impl_ciphers(client, "no such cipher") == PN_ARG_ERR);
    CHECK(pn_tls_config_set_impl_ciphers(client, NULL) == PN_ARG_ERR);
    pn_tls_config_free(client);
    pn_tls_config_free(server);
}

static void names_of_protocols(void)
{
    enum { MANY = 300 };
    pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_CLIENT);
    char longest[257];
    const char *names[MANY] = {"h2", "amqp"};
    memset(longest, 'x', 256);
    longest[256] = '\0';
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 2) == 0);
    CHECK(pn_tls_config_set_alpn_protocols(config, NULL, 0) == 0);
    CHECK(pn_tls_config_set_alpn_protocols(config, NULL, 1) == PN_ARG_ERR);
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 0) == PN_ARG_ERR);
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 3) == PN_ARG_ERR);
    names[1] = "";
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 2) == PN_ARG_ERR);
    names[1] = longest;
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 2) == PN_ARG_ERR);
    names[1] = longest + 1;
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 2) == 0);
    for (int i = 0; i < MANY; i++) names[i] = longest + 1;
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 255) == 0);
    CHECK(pn_tls_config_set_alpn_protocols(config, names, 256) == PN_ARG_ERR);
    pn_tls_config_free(config);
}

static void peer_names(void)
{
    pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_CLIENT);
    pn_tls_t *tls = pn_tls(config);
    char room[8] = "before";
    size_t size = sizeof room;
    CHECK(pn_tls_get_peer_hostname(tls, room, &size) == 0 && size == 0 && !room[0]);
    CHECK(pn_tls_set_peer_hostname(tls, "example") == 0);
    CHECK(pn_tls_get_peer_hostname(tls, NULL, &size) == 0 && size == 7);
    CHECK(pn_tls_get_peer_hostname(tls, room, &size) == -1 && size == 7);
    size = 8;
    CHECK(pn_tls_get_peer_hostname(tls, room, &size) == 0 && size == 7 && !strcmp(room, "example"));
    CHECK(pn_tls_get_peer_hostname(tls, room, NULL) == -1);
    CHECK(pn_tls_set_peer_hostname(tls, NULL) == 0);
    CHECK(pn_tls_get_peer_hostname(tls, NULL, &size) == 0 && size == 0);
    pn_tls_free(tls);
    pn_tls_config_free(config);
}

static size_t capacities(pn_tls_t *tls)
{
    return 1000 * pn_tls_get_encrypt_input_buffer_capacity(tls) + 100 * pn_tls_get_encrypt_output_buffer_capacity(tls)
        + 10 * pn_tls_get_decrypt_input_buffer_capacity(tls) + pn_tls_get_decrypt_output_buffer_capacity(tls);
}

static size_t give_all(pn_tls_t *tls, const pn_raw_buffer_t *buffers, size_t count)
{
    return 1000 * pn_tls_give_encrypt_input_buffers(tls, buffers, count)
        + 100 * pn_tls_give_encrypt_output_buffers(tls, buffers, count)
        + 10 * pn_tls_give_decrypt_input_buffers(tls, buffers, count)
        + pn_tls_give_decrypt_output_buffers(tls, buffers, count);
}

static void lives(void)
{
    pn_tls_config_t *config = trusted();
    pn_tls_t *tls = pn_tls(config);
    char memory[8], text[8];
    const char *name;
    size_t size;
    pn_raw_buffer_t buffers[9];
    for (int i = 0; i < 9; i++) buffers[i] = (pn_raw_buffer_t){.bytes = memory, .capacity = 8, .size = 2, .offset = 0};
    CHECK(capacities(tls) == 0 && give_all(tls, buffers, 9) == 0);
    CHECK(pn_tls_process(tls) == PN_TLS_STATE_ERR);
    CHECK(!pn_tls_is_secure(tls) && !pn_tls_is_encrypt_output_pending(tls) && !pn_tls_need_encrypt_output_buffers(tls));
    CHECK(!pn_tls_get_alpn_protocol(tls, &name, &size) && !name && !size);
    CHECK(!pn_tls_get_cipher(tls, &name, &size) && !pn_tls_get_protocol_version(tls, &name, &size));
    CHECK(pn_tls_get_ssf(tls) == 0 && !pn_tls_get_remote_subject(tls));
    CHECK(pn_tls_get_session_error(tls) == 0 && pn_tls_get_session_error_string(tls, text, sizeof text) == 0);
    pn_tls_set_encrypt_input_buffer_max_capacity(tls, 1);
    pn_tls_set_encrypt_output_buffer_max_capacity(tls, 2);
    pn_tls_set_decrypt_input_buffer_max_capacity(tls, 9);
    pn_tls_set_decrypt_input_buffer_max_capacity(tls, 0);
    pn_tls_set_decrypt_output_buffer_max_capacity(tls, 5);
    CHECK(capacities(tls) == 0);
    CHECK(pn_tls_start(tls) == 0 && pn_tls_start(tls) == PN_ARG_ERR);
    pn_tls_set_encrypt_input_buffer_max_capacity(tls, 7);
    CHECK(capacities(tls) == 1245);
    CHECK(pn_tls_need_encrypt_output_buffers(tls) && pn_tls_is_encrypt_output_pending(tls));
    CHECK(!pn_tls_need_decrypt_output_buffers(tls) && !pn_tls_is_decrypt_output_pending(tls));
    CHECK(give_all(tls, buffers, 9) == 1245 && capacities(tls) == 0);
    CHECK(give_all(tls, NULL, 9) == 0 && pn_tls_take_encrypt_output_buffers(tls, NULL, 3) == 0);
    CHECK(pn_tls_stop(tls) == 0 && pn_tls_stop(tls) == PN_ARG_ERR);
    CHECK(capacities(tls) == 0 && give_all(tls, buffers, 9) == 0);
    CHECK(pn_tls_process(tls) == PN_TLS_STATE_ERR && pn_tls_start(tls) == PN_ARG_ERR);
    CHECK(pn_tls_take_encrypt_input_buffers(tls, buffers, 9) == 1 && buffers[0].size == 2);
    CHECK(pn_tls_take_encrypt_output_buffers(tls, buffers, 9) == 2 && buffers[0].size == 0 && buffers[1].size == 0);
    CHECK(pn_tls_take_decrypt_input_buffers(tls, buffers, 9) == 4 && buffers[3].size == 2);
    CHECK(pn_tls_take_decrypt_output_buffers(tls, buffers, 9) == 5 && buffers[4].size == 0);
    pn_tls_free(tls);
    tls = pn_tls(config);
    CHECK(pn_tls_stop(tls) == 0 && pn_tls_start(tls) == PN_ARG_ERR);
    pn_tls_free(tls);
    pn_tls_config_free(config);
}

static bool is(const char *text, size_t size, const char *expected)
{
    return text && size == strlen(expected) && !memcmp(text, expected, size);
}

static void handshakes(void)
{
    end_t client, server;
    const char *name;
    size_t size;
    char print[65], again[65];
    secure_pair(&client, &server);
    CHECK(pn_tls_get_ssf(client.tls) >= 128 && pn_tls_get_ssf(client.tls) == pn_tls_get_ssf(server.tls));
    CHECK(pn_tls_get_protocol_version(client.tls, &name, &size) && is(name, size, "TLSv1.3"));
    CHECK(pn_tls_get_cipher(client.tls, &name, &size) && size > 8 && !strncmp(name, "TLS_", 4));
    CHECK(!pn_tls_get_alpn_protocol(client.tls, &name, &size) && !name && !size);
    const char *subject = pn_tls_get_remote_subject(client.tls);
    CHECK(subject && !strcmp(subject, "CN=" NAME) && subject == pn_tls_get_remote_subject(client.tls));
    name = pn_tls_get_remote_subject_subfield(client.tls, PN_TLS_CERT_SUBJECT_COMMON_NAME);
    CHECK(name && !strcmp(name, NAME));
    CHECK(!pn_tls_get_remote_subject_subfield(client.tls, PN_TLS_CERT_SUBJECT_COUNTRY_NAME));
    CHECK(!pn_tls_get_remote_subject_subfield(client.tls, (pn_tls_cert_subject_subfield)6));
    CHECK(pn_tls_get_cert_fingerprint(client.tls, print, 65, PN_TLS_SHA256) == 0 && strlen(print) == 64);
    CHECK(strspn(print, "0123456789abcdef") == 64);
    CHECK(pn_tls_get_cert_fingerprint(client.tls, again, 64, PN_TLS_SHA256) == PN_ERR && !again[0]);
    CHECK(pn_tls_get_cert_fingerprint(client.tls, again, 65, PN_TLS_SHA512) == PN_ERR);
    CHECK(pn_tls_get_cert_fingerprint(client.tls, again, 41, PN_TLS_SHA1) == 0 && strlen(again) == 40);
    CHECK(pn_tls_get_cert_fingerprint(client.tls, again, 33, PN_TLS_MD5) == 0 && strlen(again) == 32);
    CHECK(pn_tls_get_cert_fingerprint(client.tls, again, 65, (pn_tls_hash_alg)4) == PN_ERR);
    CHECK(pn_tls_get_cert_fingerprint(client.tls, NULL, 65, PN_TLS_SHA1) == PN_ERR);
    CHECK(!pn_tls_get_remote_subject(server.tls));
    CHECK(pn_tls_get_cert_fingerprint(server.tls, again, 65, PN_TLS_SHA256) == PN_ERR);
    pn_tls_stop(client.tls);
    CHECK(!pn_tls_is_secure(client.tls));
    CHECK(pn_tls_get_cert_fingerprint(client.tls, again, 65, PN_TLS_SHA256) == 0 && !strcmp(print, again));
    close_pair(&client, &server);
}

/* Whatever the sizes of pieces and buffers, each side hears what the other said. */
static void streams(void)
{
    static const size_t sizes[] = {1, 7, 1000, 70000};
    enum { COUNT = sizeof sizes / sizeof *sizes, LENGTH = 40000 };
    char *words = grown(NULL, LENGTH);
    for (size_t i = 0; i < LENGTH; i++) words[i] = (char)(i * 7 + i / 251);
    for (size_t piece = 0; piece < COUNT; piece++)
        for (size_t room = 0; room < COUNT; room++) {
            end_t client, server;
            size_t length = piece < 2 || room < 2 ? LENGTH / 40 : LENGTH;
            pair(&client, &server, trusted(), known());
            client.room = sizes[room];
            server.room = sizes[COUNT - 1 - room];
            say(&client, words, length / 2);
            say(&server, words + 1, length - 1);
            exchange(&client, &server, sizes[piece]);
            say(&client, words + length / 2, length - length / 2);
            pn_tls_close_output(client.tls);
            exchange(&client, &server, sizes[piece]);
            CHECK(server.heard_size == length && !memcmp(server.heard, words, length));
            CHECK(client.heard_size == length - 1 && !memcmp(client.heard, words + 1, length - 1));
            CHECK(pn_tls_is_input_closed(server.tls) && !pn_tls_is_input_closed(client.tls));
            close_pair(&client, &server);
        }
    free(words);
}

static void halves(void)
{
    end_t client, server;
    secure_pair(&client, &server);
    pn_tls_close_output(server.tls);
    CHECK(pn_tls_get_encrypt_input_buffer_capacity(server.tls) == 0 && !say(&server, "x", 1));
    exchange(&client, &server, 10);
    CHECK(pn_tls_is_input_closed(client.tls) && !pn_tls_is_input_closed(server.tls));
    CHECK(pn_tls_get_decrypt_input_buffer_capacity(client.tls) == 0);
    CHECK(pn_tls_is_secure(client.tls) && say(&client, "still here", 10));
    exchange(&client, &server, 10);
    CHECK(heard(&server, "still here"));
    pn_tls_close_output(client.tls);
    exchange(&client, &server, 10);
    CHECK(pn_tls_is_input_closed(server.tls));
    CHECK(pn_tls_get_session_error(client.tls) == 0 && pn_tls_get_session_error(server.tls) == 0);
    close_pair(&client, &server);
}

static void staging(void)
{
    end_t client, server;
    pn_raw_buffer_t taken;
    pair(&client, &server, trusted(), known());
    CHECK(say(&client, "from the client", 15) && say(&server, "from the server", 15));
    pn_tls_close_output(client.tls);
    CHECK(pn_tls_process(client.tls) == 0 && pn_tls_take_encrypt_input_buffers(client.tls, &taken, 1) == 0);
    exchange(&client, &server, 50);
    CHECK(heard(&server, "from the client") && heard(&client, "from the server"));
    CHECK(pn_tls_is_input_closed(server.tls));
    close_pair(&client, &server);
}

static void room(void)
{
    end_t client, server;
    char memory[4];
    pn_raw_buffer_t none = {.context = 1, .bytes = memory, .capacity = 4, .size = 4, .offset = 4};
    pn_raw_buffer_t nowhere = {.context = 2, .bytes = NULL, .capacity = 4, .size = 4, .offset = 0};
    pn_raw_buffer_t one = {.context = 3, .bytes = memory, .capacity = 4, .size = 4, .offset = 3}, taken[4];
    secure_pair(&client, &server);
    say(&client, "abc", 3);
    work(&client);
    receive(&server, client.out, client.out_size);
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &none, 1) == 1);
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &nowhere, 1) == 1);
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &one, 1) == 1);
    CHECK(pn_tls_process(server.tls) == 0);
    CHECK(pn_tls_get_decrypt_output_buffer_count(server.tls) == 1);
    CHECK(pn_tls_get_last_decrypt_output_buffer_size(server.tls) == 1);
    CHECK(pn_tls_need_decrypt_output_buffers(server.tls) && pn_tls_is_decrypt_output_pending(server.tls));
    CHECK(pn_tls_take_decrypt_output_buffers(server.tls, taken, 4) == 3 && memory[3] == 'a');
    CHECK(taken[0].size == 0 && taken[1].size == 0 && taken[2].size == 1 && taken[2].context == 3);
    CHECK(pn_tls_get_last_decrypt_output_buffer_size(server.tls) == 0);
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &one, 1) == 1 && pn_tls_process(server.tls) == 0);
    CHECK(pn_tls_take_decrypt_output_buffers(server.tls, taken, 4) == 1 && memory[3] == 'b');
    work(&server);
    CHECK(heard(&server, "c"));
    CHECK(pn_tls_give_encrypt_input_buffers(server.tls, &nowhere, 1) == 1 && pn_tls_process(server.tls) == 0);
    CHECK(pn_tls_take_encrypt_input_buffers(server.tls, taken, 1) == 1 && taken[0].size == 4);
    CHECK(!pn_tls_is_encrypt_output_pending(server.tls));
    client.out_size = 0;
    close_pair(&client, &server);
}

/* A buffer that is not full is filled further, until it is taken. */
static void partly(void)
{
    end_t client, server;
    char memory[100];
    pn_raw_buffer_t wide = {.bytes = memory, .capacity = 100, .size = 0, .offset = 0}, taken;
    secure_pair(&client, &server);
    say(&client, "xy", 2);
    work(&client);
    receive(&server, client.out, client.out_size);
    client.out_size = 0;
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &wide, 1) == 1 && pn_tls_process(server.tls) == 0);
    CHECK(pn_tls_get_last_decrypt_output_buffer_size(server.tls) == 2);
    say(&client, "z", 1);
    work(&client);
    receive(&server, client.out, client.out_size);
    client.out_size = 0;
    CHECK(pn_tls_process(server.tls) == 0 && pn_tls_get_last_decrypt_output_buffer_size(server.tls) == 3);
    CHECK(pn_tls_take_decrypt_output_buffers(server.tls, &taken, 1) == 1 && taken.size == 3);
    CHECK(!memcmp(memory, "xyz", 3) && !pn_tls_is_decrypt_output_pending(server.tls));
    close_pair(&client, &server);
}

/* One piece of memory serves both sides: it is not touched while something else of it is in use. */
static void in_place(void)
{
    end_t client, server;
    char memory[4096];
    secure_pair(&client, &server);
    say(&client, "the same place", 14);
    work(&client);
    memcpy(memory, client.out, client.out_size);
    pn_raw_buffer_t input = {.bytes = memory, .capacity = sizeof memory, .size = (uint32_t)client.out_size};
    pn_raw_buffer_t output = {.bytes = memory, .capacity = sizeof memory}, taken;
    client.out_size = 0;
    CHECK(pn_tls_give_decrypt_input_buffers(server.tls, &input, 1) == 1);
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &output, 1) == 1);
    CHECK(pn_tls_process(server.tls) == 0);
    CHECK(pn_tls_take_decrypt_input_buffers(server.tls, &taken, 1) == 1);
    CHECK(pn_tls_take_decrypt_output_buffers(server.tls, &taken, 1) == 1);
    CHECK(taken.size == 14 && !memcmp(memory, "the same place", 14));
    close_pair(&client, &server);
}

static void offered(pn_tls_config_t *config, const char *first, const char *second)
{
    const char *names[] = {first, second};
    if (first) CHECK(pn_tls_config_set_alpn_protocols(config, names, second ? 2 : 1) == 0);
}

/* What is agreed on; "" if nothing is, NULL if there is no session. */
static const char *agreed(const char *client_first, const char *client_second, const char *server_first,
                          const char *server_second)
{
    static char both[2][256];
    end_t ends[2];
    pn_tls_config_t *asking = trusted(), *asked = known();
    offered(asking, client_first, client_second);
    offered(asked, server_first, server_second);
    pair(&ends[0], &ends[1], asking, asked);
    exchange(&ends[0], &ends[1], 100000);
    bool secure = pn_tls_is_secure(ends[0].tls) && pn_tls_is_secure(ends[1].tls);
    for (int i = 0; i < 2; i++) {
        const char *name;
        size_t size;
        bool found = pn_tls_get_alpn_protocol(ends[i].tls, &name, &size);
        CHECK(found == (name != NULL) && found == (size > 0));
        memset(both[i], 0, sizeof both[i]);
        if (found) memcpy(both[i], name, size);
    }
    if (secure) CHECK(!strcmp(both[0], both[1]));
    else CHECK(pn_tls_get_session_error(ends[1].tls) < 0 && pn_tls_get_session_error(ends[0].tls) < 0);
    close_pair(&ends[0], &ends[1]);
    return secure ? both[0] : NULL;
}

static void protocols_of_applications(void)
{
    const char *name;
    CHECK((name = agreed("h2", "amqp", "amqp", "h2")) && !strcmp(name, "amqp"));
    CHECK((name = agreed("h2", "amqp", "http/1.1", "h2")) && !strcmp(name, "h2"));
    CHECK((name = agreed("h2", NULL, NULL, NULL)) && !*name);
    CHECK((name = agreed(NULL, NULL, "h2", NULL)) && !*name);
    CHECK(!agreed("h2", NULL, "amqp", NULL));
    pn_tls_config_t *asking = trusted(), *asked = known();
    offered(asking, "amqp", NULL);
    offered(asked, "amqp", NULL);
    end_t client = open_end(asking, NAME), server = open_end(asked, NULL);
    offered(asking, "other", NULL);
    pn_tls_start(client.tls);
    pn_tls_start(server.tls);
    exchange(&client, &server, 1000);
    CHECK(pn_tls_is_secure(client.tls));
    close_pair(&client, &server);
    pn_tls_config_free(asking);
    pn_tls_config_free(asked);
}

static void clients_that_are_known(void)
{
    end_t client, server;
    pn_tls_config_t *asking = trusted(), *asked = known();
    CHECK(pn_tls_config_set_credentials(asking, FILE_OF("client.pem"), FILE_OF("client.key"), NULL) == 0);
    CHECK(pn_tls_config_set_trusted_certs(asked, FILE_OF("ca.pem")) == 0);
    CHECK(pn_tls_config_set_peer_authentication(asked, PN_TLS_VERIFY_PEER, FILE_OF("ca.pem")) == 0);
    pair(&client, &server, asking, asked);
    exchange(&client, &server, 77);
    CHECK(pn_tls_is_secure(client.tls) && pn_tls_is_secure(server.tls));
    const char *subject = pn_tls_get_remote_subject(server.tls);
    CHECK(subject && !strcmp(subject, "CN=client,O=Protium tests"));
    close_pair(&client, &server);
}

/* A failure: who finds it, with which code, and that everybody hears of it and it stays. */
static void fails(pn_tls_config_t *asking, pn_tls_config_t *asked, const char *hostname, bool found_by_client, int code,
                  const char *word)
{
    char text[256] = "", again[256] = "", cut[5] = "xxxx";
    end_t client = start_end(asking, hostname), server = start_end(asked, NULL);
    end_t *finder = found_by_client ? &client : &server, *other = found_by_client ? &server : &client;
    pn_tls_config_free(asking);
    pn_tls_config_free(asked);
    say(&client, "secret", 6);
    exchange(&client, &server, 100000);
    CHECK(pn_tls_get_session_error(finder->tls) == code);
    size_t length = pn_tls_get_session_error_string(finder->tls, text, sizeof text);
    if (!CHECK(length == strlen(text) && strstr(text, word))) printf("%s\n", text);
    CHECK(pn_tls_get_session_error_string(finder->tls, cut, sizeof cut) == length && !cut[4]);
    CHECK(!strncmp(cut, text, 4));
    CHECK(pn_tls_get_session_error_string(finder->tls, NULL, 0) == length);
    CHECK(!pn_tls_is_secure(finder->tls) && pn_tls_process(finder->tls) == code);
    CHECK(pn_tls_get_encrypt_input_buffer_capacity(finder->tls) == 0);
    CHECK(pn_tls_get_decrypt_input_buffer_capacity(finder->tls) == 0);
    CHECK(pn_tls_get_encrypt_output_buffer_capacity(finder->tls) > 0);
    CHECK(!pn_tls_is_encrypt_output_pending(finder->tls));
    CHECK(pn_tls_get_session_error(other->tls) == PN_TLS_PROTOCOL_ERR);
    CHECK(pn_tls_get_session_error_string(other->tls, again, sizeof again) > 0);
    CHECK(!pn_tls_is_input_closed(other->tls) && !pn_tls_is_input_closed(finder->tls));
    if (found_by_client) CHECK(server.heard_size == 0);
    close_pair(&client, &server);
}

static pn_tls_config_t *asking_for_a_certificate(void)
{
    pn_tls_config_t *config = known();
    CHECK(pn_tls_config_set_trusted_certs(config, FILE_OF("ca.pem")) == 0);
    CHECK(pn_tls_config_set_peer_authentication(config, PN_TLS_VERIFY_PEER, FILE_OF("ca.pem")) == 0);
    return config;
}

static void failures(void)
{
    const int untrusted = PN_TLS_AUTHENTICATION_ERR;
    fails(client_config(FILE_OF("wrong-ca.pem")), known(), NAME, true, untrusted, "certificate verify failed");
    fails(trusted(), known(), "other.example.test", true, untrusted, "certificate verify failed");
    fails(trusted(), known(), NULL, true, untrusted, "certificate verify failed");
    fails(trusted(), server_config(FILE_OF("expired.pem"), FILE_OF("expired.key")), NAME, true, untrusted,
          "certificate verify failed");
    fails(trusted(), asking_for_a_certificate(), NAME, false, untrusted, "did not return a certificate");
    pn_tls_config_t *stranger = trusted();
    CHECK(pn_tls_config_set_credentials(stranger, FILE_OF("wrong-server.pem"), FILE_OF("wrong-server.key"), NULL) == 0);
    fails(stranger, asking_for_a_certificate(), NAME, false, untrusted, "certificate verify failed");
}

static void nonsense(void)
{
    end_t client, server;
    char bytes[200];
    memset(bytes, 'A', sizeof bytes);
    pair(&client, &server, trusted(), known());
    receive(&server, bytes, sizeof bytes);
    CHECK(work(&server) == PN_TLS_PROTOCOL_ERR);
    receive(&client, bytes, sizeof bytes);
    CHECK(work(&client) == PN_TLS_PROTOCOL_ERR);
    close_pair(&client, &server);

    secure_pair(&client, &server);
    say(&client, "this will be damaged", 20);
    work(&client);
    client.out[client.out_size / 2] ^= 1;
    carry(&client, &server, 7);
    CHECK(pn_tls_get_session_error(server.tls) == PN_TLS_PROTOCOL_ERR && server.heard_size == 0);
    CHECK(!pn_tls_is_decrypt_output_pending(server.tls));
    CHECK(server.out_size > 0); /* the alert */
    carry(&server, &client, 7);
    CHECK(pn_tls_get_session_error(client.tls) == PN_TLS_PROTOCOL_ERR);
    close_pair(&client, &server);
}

/* A stream that is cut off gives its beginning, and does not look ended. */
static void truncation(void)
{
    end_t client, server;
    secure_pair(&client, &server);
    say(&client, "whole", 5);
    work(&client);
    carry(&client, &server, 100000);
    say(&client, "cut off", 7);
    pn_tls_close_output(client.tls);
    work(&client);
    client.out_size -= 1;
    carry(&client, &server, 100000);
    CHECK(heard(&server, "wholecut off"));
    CHECK(!pn_tls_is_input_closed(server.tls) && pn_tls_get_session_error(server.tls) == 0);
    close_pair(&client, &server);
}

/* Filled buffers stay takeable behind the peer's end and behind a failure. */
static void what_is_left(void)
{
    end_t client, server;
    char memory[100];
    pn_raw_buffer_t wide = {.bytes = memory, .capacity = 100}, taken;
    secure_pair(&client, &server);
    say(&client, "last", 4);
    pn_tls_close_output(client.tls);
    work(&client);
    CHECK(pn_tls_give_decrypt_output_buffers(server.tls, &wide, 1) == 1);
    receive(&server, client.out, client.out_size);
    client.out_size = 0;
    CHECK(pn_tls_process(server.tls) == 0 && pn_tls_is_input_closed(server.tls));
    CHECK(pn_tls_is_decrypt_output_pending(server.tls) && pn_tls_get_decrypt_output_buffer_count(server.tls) == 1);
    CHECK(pn_tls_take_decrypt_output_buffers(server.tls, &taken, 1) == 1 && taken.size == 4);
    CHECK(!pn_tls_is_decrypt_output_pending(server.tls));
    close_pair(&client, &server);
}

int main(void)
{
    without_anything();
    configurations();
    names_of_protocols();
    peer_names();
    lives();
    handshakes();
    streams();
    halves();
    staging();
    room();
    partly();
    in_place();
    protocols_of_applications();
    clients_that_are_known();
    failures();
    nonsense();
    truncation();
    what_is_left();
    return checks_result();
}
