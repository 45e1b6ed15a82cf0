"""Is this evidence fit for an officer's eyes? Strangers' bytes in, a copy without a past out."""
