package bus

// DeadMessage is deadMessage for the fuzz test.
var DeadMessage = deadMessage
