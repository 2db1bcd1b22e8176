// Package bus is everything newsmill knows of NATS JetStream: the topology (every stream, bucket and consumer in one table), publishing
// with confirmation, the one consume loop with its verdicts, dead letters, sets, key-value buckets with compare-and-set, and
// scheduled messages. No type of nats.go shows outside; no other package imports it.
//
// It never decides what a message means: that is the workers'. It is imported by the workers, the console and the commands.
package bus
