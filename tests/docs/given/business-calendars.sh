andante queues add support
ANDANTE=$ANDANTE_URL/u-route/baas/bp/v2.0
