/* SPDX-License-Identifier: Apache-2.0
 *
 * Run by ctest: a program that includes the headers, links the library and gets a message back as it was sent.
 */

#include <proton/engine.h>
#include <proton/message.h>
#include <proton/version.h>

#include <stdio.h>
#include <string.h>

static int fail(const char *what) {
  fprintf(stderr, "smoke test: %s\n", what);
  return 1;
}

int main(void) {
  const char *text = "hello";
  char wire[256];
  size_t size = sizeof wire;
  pn_message_t *sent = pn_message();
  pn_message_t *received = pn_message();
  pn_bytes_t body;

  if (!sent || !received) return fail("no messages");
  pn_message_set_address(sent, "queue");
  pn_data_put_string(pn_message_body(sent), pn_bytes(strlen(text), text));
  if (pn_message_encode(sent, wire, &size) != 0) return fail("the message does not encode");
  if (pn_message_decode(received, wire, size) != 0) return fail("the message does not decode");
  if (strcmp(pn_message_get_address(received), "queue") != 0) return fail("the address is another one");

  pn_data_rewind(pn_message_body(received));
  if (!pn_data_next(pn_message_body(received))) return fail("the body is empty");
  body = pn_data_get_string(pn_message_body(received));
  if (body.size != strlen(text) || memcmp(body.start, text, body.size) != 0) return fail("the body is another one");

  pn_message_free(sent);
  pn_message_free(received);
  printf("%u bytes there and back, interface %d.%d.%d\n", (unsigned)size, PN_VERSION_MAJOR, PN_VERSION_MINOR,
         PN_VERSION_POINT);
  return 0;
}
