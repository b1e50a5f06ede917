namespace Telemetry.Shipping.Critical;

/// <summary>What was lost for one reason; bytes count where records are not known.</summary>
internal readonly record struct LossCount(long Records, long Bytes);
