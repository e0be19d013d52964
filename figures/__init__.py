"""Pictures of what was proved: one module a topic, and the derivation of every statement that has one."""
