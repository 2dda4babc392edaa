/* A client of a broker that does not give up, on the C++ library: its container connects again.
 *
 *   exchange++ send HOST:PORT QUEUE FIRST COUNT            messages numbered from FIRST, until each has its outcome
 *   exchange++ receive HOST:PORT QUEUE COUNT OUTCOME       until COUNT different numbers have come
 *
 * What it says and does is the same as in tests/c/programs/exchange.c. */
#include <proton/connection.hpp>
#include <proton/connection_options.hpp>
#include <proton/container.hpp>
#include <proton/delivery.hpp>
#include <proton/duration.hpp>
#include <proton/error_condition.hpp>
#include <proton/message.hpp>
#include <proton/message_id.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver_options.hpp>
#include <proton/reconnect_options.hpp>
#include <proton/sender_options.hpp>
#include <proton/source_options.hpp>
#include <proton/target_options.hpp>
#include <proton/tracker.hpp>
#include <proton/transport.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>

static const long window = 50;

class client : public proton::messaging_handler {
  public:
    client(const std::string &address, const std::string &queue, long count)
        : queue_(queue), count_(count), done_(0), finished_(false), opened_(false), address_(address) {}

    void on_container_start(proton::container &container) override {
        proton::reconnect_options again;
        again.delay(proton::duration(100)).delay_multiplier(1.0f).max_delay(proton::duration(100));
        proton::connection_options options;
        options.reconnect(again).sasl_allowed_mechs("ANONYMOUS");
        connection_ = container.connect(address_, options);
    }

    void on_connection_open(proton::connection &connection) override {
        /* The container opens the link again by itself when the connection comes back. */
        if (!opened_) open_link(connection);
        opened_ = true;
    }

    void on_transport_error(proton::transport &transport) override {
        if (finished_) return;
        std::cout << "lost " << transport.error().name() << std::endl;
        was_lost();
    }

    void on_transport_open(proton::transport &) override {}
    void on_error(const proton::error_condition &) override {}

  protected:
    virtual void open_link(proton::connection &connection) = 0;
    virtual void was_lost() {}

    void one_done() {
        done_++;
        if (done_ == count_) {
            finished_ = true;
            connection_.close();
        }
    }

    std::string queue_;
    long count_, done_;
    bool finished_;

  private:
    bool opened_;
    std::string address_;
    proton::connection connection_;
};

class sending : public client {
  public:
    sending(const std::string &address, const std::string &queue, long first, long count)
        : client(address, queue, count) {
        for (long number = first; number < first + count; number++) waiting_.insert(number);
    }

    void open_link(proton::connection &connection) override {
        proton::target_options target;
        target.durability_mode(proton::terminus::UNSETTLED_STATE);
        link_ = connection.open_sender(queue_, proton::sender_options().name("exchange").target(target).auto_settle(false));
    }

    void on_sendable(proton::sender &sender) override {
        link_ = sender;
        while (!waiting_.empty() && sender.credit() > 0) {
            long number = *waiting_.begin();
            waiting_.erase(waiting_.begin());
            proton::message message{std::int64_t(number)};
            message.id(proton::message_id(std::uint64_t(number)));
            message.durable(true);
            sent_[sender.send(message)] = number;
        }
    }

    void on_tracker_accept(proton::tracker &tracker) override {
        answer("accepted", tracker, true);
    }

    /* The interface has no way to the reason. */
    void on_tracker_reject(proton::tracker &tracker) override {
        answer("rejected", tracker, true);
    }

    void on_tracker_release(proton::tracker &tracker) override {
        bool modified = tracker.state() == proton::transfer::MODIFIED;
        waiting_.insert(answer(modified ? "modified" : "released", tracker, false));
        on_sendable(link_);
    }

    void was_lost() override {
        for (const auto &one : sent_) waiting_.insert(one.second);
        sent_.clear();
    }

  private:
    long answer(const char *word, proton::tracker &tracker, bool is_final) {
        long number = sent_[tracker];
        sent_.erase(tracker);
        std::cout << word << " " << number << std::endl;
        tracker.settle();
        if (is_final) one_done();
        return number;
    }

    std::set<long> waiting_;
    std::map<proton::tracker, long> sent_;
    proton::sender link_;
};

class receiving : public client {
  public:
    receiving(const std::string &address, const std::string &queue, long count, const std::string &outcome)
        : client(address, queue, count), outcome_(outcome) {}

    void open_link(proton::connection &connection) override {
        proton::source_options source;
        source.durability_mode(proton::terminus::UNSETTLED_STATE);
        connection.open_receiver(
            queue_, proton::receiver_options().name("exchange").source(source).credit_window(0).auto_accept(false));
    }

    void on_receiver_open(proton::receiver &receiver) override {
        long credit = count_ - done_;
        receiver.add_credit(std::uint32_t(credit < window ? credit : window));
    }

    void on_message(proton::delivery &delivery, proton::message &message) override {
        long number = long(proton::get<std::int64_t>(message.body()));
        bool is_new = seen_.insert(number).second;
        std::cout << "got " << number << (is_new ? "" : " again") << std::endl;
        if (outcome_ == "accept") delivery.accept();
        else if (outcome_ == "reject") delivery.reject();
        else if (outcome_ == "modify") delivery.modify();
        else delivery.release();
        proton::receiver receiver = delivery.receiver();
        if (is_new) one_done();
        /* Never more than is wanted: what is given back would come again. */
        if (count_ - done_ > receiver.credit()) receiver.add_credit(1);
    }

  private:
    std::string outcome_;
    std::set<long> seen_;
};

int main(int argc, char **argv) {
    if (argc != 6) {
        std::cerr << "exchange++: see the source for how to call it" << std::endl;
        return 1;
    }
    std::string mode(argv[1]);
    if (mode == "send") {
        sending client(argv[2], argv[3], std::atol(argv[4]), std::atol(argv[5]));
        proton::container(client).run();
    } else {
        receiving client(argv[2], argv[3], std::atol(argv[4]), argv[5]);
        proton::container(client).run();
    }
    std::cout << "finished" << std::endl;
    return 0;
}
