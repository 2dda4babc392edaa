/* Self-checking: a good conversation, cut at every byte and damaged at random, never brings a process down.
 *
 * A client and a server talk in memory; what each one wrote is kept. Then either record is played to a fresh
 * peer, truncated at each offset and with random flips, overwrites, repeats and gaps. The driver must finish. */
#include "check.h"
#include "peer.h"

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint32_t random_number(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

static void start_client(pn_connection_driver_t *driver, bool sasl)
{
    memset(driver, 0, sizeof *driver);
    pn_connection_driver_init(driver, NULL, NULL);
    pn_transport_set_max_frame(driver->transport, 512);
    pn_connection_set_container(driver->connection, "client");
    if (sasl) pn_sasl_allowed_mechs(pn_sasl(driver->transport), "ANONYMOUS");
    pn_data_fill(pn_connection_properties(driver->connection), "{sS}", "product", "damage");
    pn_connection_open(driver->connection);
    pn_session_t *session = pn_session(driver->connection);
    pn_session_open(session);
    pn_link_t *sender = pn_sender(session, "out"), *receiver = pn_receiver(session, "in");
    pn_terminus_set_address(pn_link_target(sender), "queue");
    pn_terminus_set_address(pn_link_source(receiver), "queue");
    pn_data_fill(pn_terminus_filter(pn_link_source(receiver)), "{sDsS}", "s", "selector", "colour = 'green'");
    pn_link_open(sender);
    pn_link_open(receiver);
    pn_link_flow(receiver, 5);
}

static void start_server(pn_connection_driver_t *driver)
{
    memset(driver, 0, sizeof *driver);
    pn_connection_driver_init(driver, NULL, NULL);
    pn_transport_set_server(driver->transport);
    pn_transport_set_max_frame(driver->transport, 512);
    pn_connection_set_container(driver->connection, "server");
}

/* Lets the two talk and keeps what each of them said. */
static void record(bool sasl, bytes_t *said_by_client, bytes_t *said_by_server)
{
    pn_connection_driver_t client, server;
    size_t heard_by_client = 0, heard_by_server = 0;
    start_client(&client, sasl);
    start_server(&server);
    for (int turn = 0; turn < 50; turn++) {
        if (turn == 20) pn_link_close(pn_link_head(client.connection, 0));
        if (turn == 30) pn_session_close(pn_session_head(client.connection, 0));
        if (turn == 40) pn_connection_close(client.connection);
        drive(&client, said_by_client);
        feed(&server, said_by_client->start + heard_by_server, said_by_client->size - heard_by_server, 4096, said_by_server);
        heard_by_server = said_by_client->size;
        feed(&client, said_by_server->start + heard_by_client, said_by_server->size - heard_by_client, 4096, said_by_client);
        heard_by_client = said_by_server->size;
    }
    check(pn_connection_state(client.connection) == (PN_LOCAL_CLOSED | PN_REMOTE_CLOSED), "the good conversation ends well");
    check(said_by_client->size > 800 && said_by_server->size > 500, "the good conversation has something to say");
    pn_connection_driver_destroy(&client);
    pn_connection_driver_destroy(&server);
}

static bool play(bool to_client, bool sasl, const unsigned char *start, size_t size, size_t piece)
{
    pn_connection_driver_t driver;
    if (to_client) start_client(&driver, sasl);
    else start_server(&driver);
    feed(&driver, start, size, piece, NULL);
    pn_connection_driver_close(&driver);
    drive(&driver, NULL);
    bool finished = pn_connection_driver_finished(&driver);
    pn_connection_driver_destroy(&driver);
    return finished;
}

static size_t damage(unsigned char *copy, size_t size)
{
    for (uint32_t i = 0, n = 1 + random_number() % 4; i < n && size > 16; i++) {
        size_t at = random_number() % size, length = 1 + random_number() % 12;
        if (at + length > size) length = size - at;
        switch (random_number() % 5) {
        case 0: copy[at] ^= (unsigned char)(1u << random_number() % 8); break;
        case 1: copy[at] = (unsigned char)random_number(); break;
        case 2: copy[at] = (unsigned char)"\x00\xff\x45\xc0\xd0\xe0\xf0\x80\x70\x40"[random_number() % 10]; break;
        case 3: memmove(copy + at, copy + at + length, size - at - length); size -= length; break;
        default: memmove(copy + at, copy + random_number() % (size - length + 1), length); break;
        }
    }
    return size;
}

static void torture(bool to_client, bool sasl, const bytes_t *good, int rounds)
{
    int unfinished = 0;
    for (size_t size = 0; size <= good->size; size++) {
        unsigned char *cut = malloc(size + 1); /* of the exact size, so that a checker sees any read beyond it */
        memcpy(cut, good->start, size);
        unfinished += !play(to_client, sasl, cut, size, 4096);
        free(cut);
    }
    check(unfinished == 0, "every truncated stream lets the driver finish");
    unfinished = 0;
    for (int i = 0; i < rounds; i++) {
        unsigned char *copy = malloc(good->size);
        memcpy(copy, good->start, good->size);
        size_t size = damage(copy, good->size);
        unfinished += !play(to_client, sasl, copy, size, i % 3 ? 4096 : 1 + random_number() % 40);
        free(copy);
    }
    check(unfinished == 0, "every damaged stream lets the driver finish");
    unfinished = 0;
    for (int i = 0; i < rounds / 4; i++) {
        unsigned char noise[200];
        size_t head = good->size < 40 ? good->size : 40 + random_number() % (good->size - 40);
        bytes_t stream = {0};
        for (size_t k = 0; k < sizeof noise; k++) noise[k] = (unsigned char)random_number();
        put(&stream, good->start, head);
        put(&stream, noise, random_number() % sizeof noise);
        unfinished += !play(to_client, sasl, stream.start, stream.size, 4096);
        free(stream.start);
    }
    check(unfinished == 0, "every noisy stream lets the driver finish");
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 4000;
    for (int sasl = 0; sasl < 2; sasl++) {
        bytes_t client = {0}, server = {0};
        record(sasl, &client, &server);
        torture(false, sasl, &client, rounds);
        torture(true, sasl, &server, rounds);
        free(client.start);
        free(server.start);
    }
    return checks_result();
}
