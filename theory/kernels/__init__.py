"""The kernels: each decides one kind of claim, and none of them trusts another's answer."""
