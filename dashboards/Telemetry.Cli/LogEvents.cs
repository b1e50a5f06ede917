namespace Telemetry.Cli;

/// <summary>Ids of this program's log events. An id is never used for anything else.</summary>
internal static class LogEvents
{
    public const int ChildStarted = 9001;
    public const int ChildEnded = 9002;
    public const int ChildCannotStart = 9003;
    public const int ChildKilled = 9004;
    public const int Insecure = 9005;
    public const int NoShipper = 9006;
    public const int Stopping = 9007;
    public const int StoreSetAside = 9008;
    public const int StoreUnreadable = 9009;
    public const int DemoFailed = 9010;
    public const int BusProblem = 9011;
    public const int StoreLeftInPlace = 9012;
    public const int BusWarning = 9013;
    public const int StoreWaiting = 9014;
    public const int StoreTrouble = 9016;
    public const int TemplatesFailed = 9015;
    public const int TemplatesLeft = 9017;
    public const int Purged = 9030;
    public const int HoldsOverfull = 9031;
}
