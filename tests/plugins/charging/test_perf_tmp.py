import time
from sqlalchemy import text
from tests.plugins.charging.conftest import *
from plugins.charging.runs import generate
def test_x(world):
    c=world.connection; w=world
    items=[w.item("2.5") for _ in range(3)]
    owner=w.make("owner",name="x",unit=w.ids["unit"])
    N=100000
    c.execute(text(f"insert into room(version,created_at,updated_at,scope_unit_id,estate_id,building_id,no,full_no,kind,built_area,charge_area,fee_coefficient,state,payer_id) select 1,now(),now(),{w.ids['unit']},{w.ids['estate']},{w.ids['building']},n::text,'r'||n,'residence',100+n%50,100+n%50,1,'occupied',{owner} from generate_series(1,{N}) n"))
    for i in items:
        c.execute(text(f"insert into room_fee(version,created_at,updated_at,scope_unit_id,room_id,fee_item_id,starts_on,quantity) select 1,now(),now(),{w.ids['unit']},id,{i},'2020-01-01',1 from room"))
    c.execute(text("analyze"))
    run=w.run("2026-06-01","2026-06-30",*items)
    t=time.perf_counter(); generate(w.context,run); print("generate", time.perf_counter()-t, w.get("bill_run",run)["bills"])
    t=time.perf_counter()
    c.execute(text("create table lim (like receivable)"))
    c.execute(text("create unique index on lim(room_fee_id, period_from, slot)"));
    c.execute(text("alter table lim add id2 bigint generated always as identity primary key"))
    t=time.perf_counter()
    c.execute(text("insert into lim(id,version,created_at,updated_at,scope_unit_id,no,bill_run_id,estate_id,room_id,payer_id,fee_item_id,room_fee_id,kind,period_from,period_to,slot,bill_on,due_on,price,quantity,months,amount,tax_rate,tax,net,reduced,received,open,late_fixed,late_received,late_reduced,state,pay_state) select 1,1,now(),now(),1,'x'||f.id,1,1,r.id,r.payer_id,f.fee_item_id,f.id,'cyclic','2026-06-01'::date,'2026-06-30'::date,0,'2026-06-01'::date,'2026-06-30'::date,2.5,r.charge_area,1,round(2.5*r.charge_area,2),6,1,1,0,0,0,0,0,0,'draft','unpaid' from room_fee f join room r on r.id=f.room_id on conflict do nothing"))
    print("limit", time.perf_counter()-t)
    for q in ("select indexdef from pg_indexes where tablename='receivable'", "select conname from pg_constraint where conrelid='receivable'::regclass and contype='f'"):
        print([r[0][:150] for r in c.execute(text(q))])
    run2=w.run("2026-06-01","2026-06-30",*items)
    t=time.perf_counter(); generate(w.context,run2); print("again", time.perf_counter()-t, w.get("bill_run",run2)["bills"])
    from engine.records.service import RecordService
    t=time.perf_counter(); w.press("bill_run","check",run); w.press("bill_run","publish",run); print("publish", time.perf_counter()-t)
    assert 0

def test_y(world):
    from sqlalchemy import event
    c=world.connection; w=world
    items=[w.item("2.5") for _ in range(1)]
    owner=w.make("owner",name="x",unit=w.ids["unit"])
    N=100000
    c.execute(text(f"insert into room(version,created_at,updated_at,scope_unit_id,estate_id,building_id,no,full_no,kind,built_area,charge_area,fee_coefficient,state,payer_id) select 1,now(),now(),{w.ids['unit']},{w.ids['estate']},{w.ids['building']},n::text,'r'||n,'residence',100+n%50,100+n%50,1,'occupied',{owner} from generate_series(1,{N}) n"))
    for i in items:
        c.execute(text(f"insert into room_fee(version,created_at,updated_at,scope_unit_id,room_id,fee_item_id,starts_on,quantity) select 1,now(),now(),{w.ids['unit']},id,{i},'2020-01-01',1 from room"))
    c.execute(text("analyze"))
    run=w.run("2026-06-01","2026-06-30",*items)
    def hook(conn,cur,st,pa,ctx,many):
        if 'INSERT INTO receivable' in st: st="EXPLAIN (ANALYZE, COSTS OFF) "+st
        return st,pa
    event.listen(c.engine,"before_cursor_execute",hook,retval=True)
    def after(conn,cur,st,pa,ctx,many):
        if st.startswith("EXPLAIN"):
            print("\n".join(r[0][:170] for r in cur.fetchall()))
    event.listen(c.engine,"after_cursor_execute",after)
    try: generate(w.context,run)
    except Exception as e: print(repr(e)[:200])
    assert 0
